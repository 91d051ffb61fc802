"""The steps as an orchestrator calls them, a command each: the exit status says what each found."""

from flow_project import DONE, HELD, RUNNING

STEPS = ("extract", "inspect", "gate", "publish", "link")
HOLDS, ACT = 3, 4


def plan(project):
    result = project.run("cellxpert", "--plan")
    assert result.status == 0, result.text
    return result.stdout.strip()


def statuses(project, run):
    return {step: project.spike(step, "--run", run).status for step in STEPS}


def test_steps_one_by_one_come_to_the_end_of_a_whole_run(make_project):
    whole, stepped = make_project(), make_project()
    assert whole.run("cellxpert").status == 0
    run = plan(stepped)
    assert stepped.last_run("cellxpert") == (run, RUNNING)
    assert set(statuses(stepped, run).values()) == {0}
    assert stepped.last_run("cellxpert") == (run, DONE)
    assert stepped.snapshot("cellxpert") == whole.snapshot("cellxpert")


def test_steps_that_were_done_change_nothing(project):
    run = plan(project)
    statuses(project, run)
    before = project.snapshot("cellxpert")
    assert set(statuses(project, run).values()) == {0}
    assert project.snapshot("cellxpert") == before


def test_a_refused_account_shows_in_extract_and_what_waits_for_it_in_gate(project, simulator):
    simulator.faults("cellxpert", "royal-otter", {"fault": "wrong_key"})
    run = plan(project)
    found = statuses(project, run)
    simulator.faults("cellxpert", "royal-otter")
    assert found == {"extract": ACT, "inspect": 0, "gate": HOLDS, "publish": 0, "link": HOLDS}
    assert project.last_run("cellxpert") == (run, HELD)


def test_to_resume_what_is_done_tells_how_it_ended(project):
    assert project.resume("cellxpert").status == ACT  # there was none
    assert project.run("cellxpert").status == 0
    before = project.snapshot("cellxpert")
    result = project.resume("cellxpert")
    assert result.status == 0 and project.last_run("cellxpert")[0] in result.stdout
    assert project.snapshot("cellxpert") == before


def test_a_step_out_of_turn_names_the_one_before(project):
    run = plan(project)
    result = project.spike("publish", "--run", run)
    assert result.status == ACT and f"spike extract --run {run}" in result.text
