"""The figures and the law: values in, values out; no database and no screen."""
