"""Files to text, in a process that can do no harm: nothing here knows of stores or servers."""
