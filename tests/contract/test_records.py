"""Records of every server: what an upstream answered stays as it was read."""

import importlib
import pkgutil
from collections.abc import Iterator

import msgspec
from servers import ROOT

SOURCES = [ROOT / "shared" / "src", *sorted(ROOT.glob("packages/*/src"))]


def structs(kind: type[msgspec.Struct] = msgspec.Struct) -> Iterator[type[msgspec.Struct]]:
    for each in kind.__subclasses__():
        yield each
        yield from structs(each)


def test_no_record_can_be_changed_after_it_was_read() -> None:
    modules = [module.name for module in pkgutil.iter_modules(map(str, SOURCES))]
    for package in map(importlib.import_module, modules):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    ours = {each for each in structs() if each.__module__.split(".")[0] in modules}
    changeable = {f"{each.__module__}.{each.__name__}" for each in ours if not each.__struct_config__.frozen}
    assert len(ours) > 200
    assert changeable == set()
