"""Templates of pages, those of this package before those of others."""

from typing import Any


def template(name: str, *packages: str) -> Any:
    """Return a template of this package or of others, whose texts are escaped.

    Parameters
    ----------
    name
        File in the folder ``templates`` of a package.
    packages
        Where else to look for it, after this package.
    """
    import jinja2  # slow to import

    loaders = [jinja2.PackageLoader(one) for one in ("ising_fidelity.report", *packages)]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template(name)
