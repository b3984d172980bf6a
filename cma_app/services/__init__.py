"""What people do, one file a feature, one function a verb: find, ask, do."""
