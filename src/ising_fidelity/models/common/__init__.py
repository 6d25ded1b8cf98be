"""Code that families of models share."""
