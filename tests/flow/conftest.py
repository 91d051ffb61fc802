import itertools

import pytest
from flow_project import SIMULATOR, SPIKE, Project, Simulator


def pytest_collection_modifyitems(items):
    missing = [str(program) for program in (SPIKE, SIMULATOR) if not program.exists()]
    for item in items if missing else []:
        item.add_marker(pytest.mark.skip(reason=f"not built: {', '.join(missing)}"))


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    simulator = Simulator(tmp_path_factory.mktemp("simulator"))
    yield simulator
    simulator.stop()


@pytest.fixture
def make_project(tmp_path, simulator):
    """Makes as many fresh projects as a test wants."""
    numbers = itertools.count()
    return lambda: Project(tmp_path / f"project-{next(numbers)}", simulator.url)


@pytest.fixture
def project(make_project):
    return make_project()
