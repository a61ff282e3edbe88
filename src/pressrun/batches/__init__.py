"""Many runs from one file: a batch is a view over jobs, one row of the file to each."""
