"""The commands of `philos`, by what they keep; each module is loaded when one is called."""
