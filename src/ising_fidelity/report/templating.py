"""Templates of pages, from this package and others."""

from typing import Any


def template(name: str, *packages: str) -> Any:
    """Return a template of this package or of others, with HTML escaping.

    Parameters
    ----------
    name
        File in the folder ``templates`` of a package.
    packages
        Packages to search after this one.
    """
    import jinja2  # slow to import

    loaders = [jinja2.PackageLoader(one) for one in ("ising_fidelity.report", *packages)]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template(name)
