"""Work that is done later: accepted, claimed, carried out, recorded once. It knows no agents."""
