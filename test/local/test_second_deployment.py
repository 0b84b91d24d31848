"""Publishing is a cycle: what the second deployment does, the one that fails, and the delete.

Finalising publishes a revision here, as in the data set of a product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from conftest import TYPE, Local, Project
from data_exchange import exchange, open_revision, set_script
from weather import FILES, PUBLISHED, Stack, local_with_type

NOTE = b"Readings of four weather stations, in degrees Celsius and hectopascal."
CONTENT = {key: PUBLISHED[key] for key in ("map.png", "readings/2026-10.csv", "stations.csv")}
#: What a template gets so that a deployment fails after its revision is published.
FAILS_LATER = f"""
  FailsLater:
    Type: {TYPE}
    DependsOn: PUBLISHED
    Properties:
      Type: IMPORT_ASSETS_FROM_S3
      DataSetId: !GetAtt DataSet.Id
      StartOnCreation: true
      S3AssetSources:
        - Bucket: !Ref FilesBucket
          Key: missing.csv

Outputs:"""


def failing(template: str, published: str) -> str:
    """published: the resource that finalises the revision"""
    return template.replace("\nOutputs:", FAILS_LATER.replace("PUBLISHED", published))


def single(properties: str, more: str = "") -> str:
    """A template with a data set and one import into a revision of its own."""
    return f"""
Parameters:
  Comment:
    Type: String
    Default: Frist edition
Resources:
  DataSet:
    Type: AWS::DataExchange::DataSet
    Properties:
      Name: Weather
      Description: Readings
      AssetType: S3_SNAPSHOT
  Import:
    Type: {TYPE}
    Properties:
      Type: IMPORT_ASSETS_FROM_S3
      DataSetId: !GetAtt DataSet.Id
      RevisionComment: !Ref Comment
      StartOnCreation: true
      S3AssetSources:
        - Bucket: {FILES}
          Key: stations.csv
{properties}
{more}
Outputs:
  RevisionId:
    Value: !GetAtt Import.TargetRevisionId
"""


def into(name: str, revision: str, properties: str = "") -> str:
    """A resource that imports another file into a revision."""
    return f"""
  {name}:
    Type: {TYPE}
    Properties:
      Type: IMPORT_ASSET_FROM_SIGNED_URL
      DataSetId: !GetAtt DataSet.Id
      RevisionId: !GetAtt {revision}.TargetRevisionId
      UrlAssetName: {name}.txt
      UrlAssetContent: {name}
      StartOnCreation: true
{properties}
"""


def is_published(stack: Stack, revision: str, data_set: str = "") -> bool:
    """A published revision cannot be opened."""
    try:
        where = {"DataSetId": data_set or stack.data_set(), "RevisionId": revision}
        exchange(stack.local).update_revision(**where, Finalized=False)
    except ClientError as error:
        return str(error.response["Error"]["Code"]) == "ConflictException"
    return False


def data_sets_made(stack: Stack) -> list[str]:
    """The data sets that a stack has made, by its events."""
    events = stack.local.client("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
    found = {each["PhysicalResourceId"] for each in events if each["LogicalResourceId"] == "DataSet"} - {""}
    return [arn.split("/")[-1] for arn in found]


def revisions(stack: Stack, data_set: str) -> list[str]:
    """The newest first."""
    found = exchange(stack.local).list_data_set_revisions(DataSetId=data_set)["Revisions"]
    return [revision["Id"] for revision in found]


def copy_of(stack: Stack, bucket: str, revision: str) -> list[tuple[str, bytes]]:
    """Key and content of each object that was exported of a revision, by key."""
    found = stack.local.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{revision}/").get("Contents", [])
    return sorted((each["Key"].split("/", 1)[1], stack.object(bucket, each["Key"])) for each in found)


def with_note(note: bytes, **changed: bytes) -> list[tuple[str, bytes]]:
    return sorted({**CONTENT, **changed, "NOTE.txt": note}.items())


def one_after_another(stack: Stack, files: str, copies: str) -> list[str]:
    """Three deployments: the first, with another note, with new content under the same keys. Returns the revisions."""
    s3 = stack.local.client("s3")
    s3.create_bucket(Bucket=files)
    for key, content in CONTENT.items():
        s3.put_object(Bucket=files, Key=key, Body=content)

    first = stack.deploy("CREATE_COMPLETE", FilesBucket=files, CopyBucketName=copies)["RevisionId"]
    assert stack.assets(first) == copy_of(stack, copies, first) == with_note(NOTE)

    second = stack.deploy("UPDATE_COMPLETE", NoteText="Corrected.")["RevisionId"]
    assert stack.assets(second) == copy_of(stack, copies, second) == with_note(b"Corrected.")

    s3.put_object(Bucket=files, Key="stations.csv", Body=b"id,name\n")
    third = stack.deploy("UPDATE_COMPLETE", Release="2")["RevisionId"]
    now = with_note(b"Corrected.", **{"stations.csv": b"id,name\n"})
    assert stack.assets(third) == copy_of(stack, copies, third) == now

    found = [first, second, third]
    assert revisions(stack, stack.data_set()) == found[::-1]
    assert stack.assets(first) == with_note(NOTE)
    return found


def each_release_is_a_published_revision(stack: Stack) -> None:
    data_set_revisions = one_after_another(stack, "files-published", "copies-published")
    data_set = stack.data_set()
    stack.delete()
    assert [is_published(stack, each, data_set) for each in data_set_revisions] == [True] * 3


def each_release_is_complete_without_finalising(stack: Stack) -> None:
    stack.template = stack.template.replace("      FinalizeRevision: true\n", "")
    one_after_another(stack, "files-open", "copies-open")
    stack.delete()


def a_failure_after_publication_keeps_what_is_to_be_kept(stack: Stack) -> None:
    """publish.yml: its policies keep each revision."""
    whole = stack.template
    stack.deploy("ROLLBACK_COMPLETE", failing(whole, "Note"), FilesBucket=FILES, CopyBucketName="copies-lost")
    [data_set] = data_sets_made(stack)
    [kept] = revisions(stack, data_set)
    assert is_published(stack, kept, data_set)
    stack.delete()

    first = stack.deploy("CREATE_COMPLETE", whole, FilesBucket=FILES, CopyBucketName="copies-kept")
    assert stack.deploy("UPDATE_ROLLBACK_COMPLETE", failing(whole, "Note"), Release="2") == first
    second = next(each for each in revisions(stack, stack.data_set()) if each != first["RevisionId"])
    assert is_published(stack, second)
    third = stack.deploy("UPDATE_COMPLETE", whole, Release="3")["RevisionId"]
    assert stack.assets(third) == with_note(NOTE)


def a_failure_after_publication_revokes_what_is_to_be_revoked(stack: Stack) -> None:
    """correct-and-revoke.yml."""
    whole = stack.template
    stack.deploy("ROLLBACK_COMPLETE", failing(whole, "Readings"), FilesBucket=FILES)
    [data_set] = data_sets_made(stack)
    assert revisions(stack, data_set) == []
    stack.delete()

    first = stack.deploy("CREATE_COMPLETE", whole, FilesBucket=FILES)
    assert stack.deploy("UPDATE_ROLLBACK_COMPLETE", failing(whole, "Readings"), Release="2") == first
    assert revisions(stack, stack.data_set()) == [first["RevisionId"]]
    assert is_published(stack, first["RevisionId"])
    second = stack.deploy("UPDATE_COMPLETE", whole, Release="3")["RevisionId"]
    assert revisions(stack, stack.data_set()) == [second]


def a_published_revision_without_either_policy_says_what_to_do(stack: Stack) -> None:
    broken = f"""
  FailsLater:
    Type: {TYPE}
    DependsOn: Import
    Properties:
      Type: IMPORT_ASSETS_FROM_S3
      DataSetId: !GetAtt DataSet.Id
      StartOnCreation: true
      S3AssetSources:
        - Bucket: {FILES}
          Key: missing.csv"""
    stack.deploy("ROLLBACK_FAILED", single("      FinalizeRevision: true", broken))
    says_what_to_do(stack)
    [data_set] = data_sets_made(stack)
    [revision] = revisions(stack, data_set)
    where = {"DataSetId": data_set, "RevisionId": revision}
    exchange(stack.local).revoke_revision(**where, RevocationComment="Published by mistake")
    stack.delete()


def says_what_to_do(stack: Stack) -> None:
    reason = next(each for each in stack.failures() if "Revision" in each)
    for way_out in ("Revoke it", "--retain-resources", "RevokeOnDelete: true or DeletionPolicy: Retain"):
        assert way_out in reason


def a_delete_that_fails_can_retain_the_revision(stack: Stack) -> None:
    """CloudFormation updates no stack in DELETE_FAILED."""
    retained = "    DeletionPolicy: Retain\n    Properties:\n      Name: Weather\n"
    template = single("      FinalizeRevision: true").replace("    Properties:\n      Name: Weather\n", retained)
    revision = stack.deploy("CREATE_COMPLETE", template)["RevisionId"]
    data_set = stack.data_set()
    stack.delete("DELETE_FAILED")
    says_what_to_do(stack)
    client = stack.local.client("cloudformation")
    stack_id = client.describe_stacks(StackName=stack.name)["Stacks"][0]["StackId"]
    client.delete_stack(StackName=stack_id, RetainResources=["Import"])
    assert stack.local.settled(stack_id) == "DELETE_COMPLETE"
    assert is_published(stack, revision, data_set)


def revoke_on_delete_is_deployed_when_it_is_wanted(stack: Stack) -> None:
    """In place, on a revision that has long been published."""
    finalised = "      FinalizeRevision: true"
    first = stack.deploy("CREATE_COMPLETE", single(finalised))
    assert stack.deploy("UPDATE_COMPLETE", single(f"{finalised}\n      RevokeOnDelete: true")) == first
    data_set = stack.data_set()
    stack.delete()
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        exchange(stack.local).get_data_set(DataSetId=data_set)


def a_typing_error_in_the_comment_is_corrected_in_place(stack: Stack) -> None:
    first = stack.deploy("CREATE_COMPLETE", single(""))["RevisionId"]
    job = stack.physical_id("Import")
    assert stack.deploy("UPDATE_COMPLETE", Comment="First edition")["RevisionId"] == first
    assert stack.physical_id("Import") == job
    found = stack.revision(first)
    assert found and found["Comment"] == "First edition"
    jobs = exchange(stack.local).list_jobs(DataSetId=stack.data_set())["Jobs"]
    assert [each["Id"] for each in jobs] == [job]
    stack.delete()


def the_comment_of_a_published_revision_is_refused_at_once(stack: Stack) -> None:
    template = single("      FinalizeRevision: true\n      RevokeOnDelete: true")
    first = stack.deploy("CREATE_COMPLETE", template)
    assert stack.deploy("UPDATE_ROLLBACK_COMPLETE", Comment="First edition") == first
    [reason] = [each for each in stack.failures() if "HandlerErrorCode" in each]
    assert "is published, and a published revision can be neither changed nor opened" in reason
    assert "Leave RevisionComment and FinalizeRevision as they were" in reason
    stack.delete()


def what_a_neighbour_finalises_drifts_nowhere(stack: Stack) -> None:
    """Stack.deploy detects drift. The second job names the revision of the first, and the third that of the second."""
    written = "      FinalizeRevision: false"
    last = "      FinalizeRevision: true"
    more = into("Second", "Import", written) + into("Third", "Second", last)
    revision = stack.deploy("CREATE_COMPLETE", single(f"{written}\n      RevokeOnDelete: true", more))["RevisionId"]
    assert [name for name, _ in stack.assets(revision)] == ["Second.txt", "Third.txt", "stations.csv"]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.deploy("UPDATE_COMPLETE")
    stack.delete()


def a_denied_publication_names_the_action(stack: Stack) -> None:
    """The fault script of the fixture denies it for one data set."""
    template = f"""
Parameters:
  DataSetId:
    Type: String
Resources:
  Import:
    Type: {TYPE}
    Properties:
      Type: IMPORT_ASSETS_FROM_S3
      DataSetId: !Ref DataSetId
      StartOnCreation: true
      FinalizeRevision: true
      S3AssetSources:
        - Bucket: {FILES}
          Key: stations.csv
"""
    stack.deploy("ROLLBACK_COMPLETE", template, DataSetId=denied_data_set(stack.local))
    [reason] = [each for each in stack.failures() if "HandlerErrorCode" in each]
    assert "HandlerErrorCode: AccessDenied" in reason
    assert "dataexchange:PublishDataSet" in reason
    assert "dataexchange:UpdateRevision" not in reason


def denied_data_set(local: Local) -> str:
    found = exchange(local).list_data_sets()["DataSets"]
    return str(next(each["Id"] for each in found if each["Name"] == "By hand"))


def an_import_into_a_finalised_revision_says_what_to_change(stack: Stack) -> None:
    """The template of the issue's first row: the note changes alone, without idiom 3."""
    whole = single("      RevokeOnDelete: true", into("Note", "Import", "      FinalizeRevision: true"))
    first = stack.deploy("CREATE_COMPLETE", whole)
    changed = whole.replace("UrlAssetContent: Note", "UrlAssetContent: Another note")
    assert stack.deploy("UPDATE_ROLLBACK_COMPLETE", changed) == first
    [reason] = [each for each in stack.failures() if "HandlerErrorCode" in each]
    assert "HandlerErrorCode: InvalidRequest" in reason
    assert "Change Triggers" in reason
    assert [name for name, _ in stack.assets(first["RevisionId"])] == ["Note.txt", "stations.csv"]
    stack.delete()


def a_revision_removed_by_hand_is_skipped_and_made_again(stack: Stack) -> None:
    template = single("")
    first = stack.deploy("CREATE_COMPLETE", template)["RevisionId"]
    exchange(stack.local).delete_revision(DataSetId=stack.data_set(), RevisionId=first)
    assert stack.local.drift(stack.name) == {"Import": []}
    stack.deploy("UPDATE_ROLLBACK_FAILED", Comment="First edition")
    assert any(f"its revision {first} is gone" in each for each in stack.failures())

    client = stack.local.client("cloudformation")
    client.continue_update_rollback(StackName=stack.name, ResourcesToSkip=["Import"])
    assert stack.local.settled(stack.name) == "UPDATE_ROLLBACK_COMPLETE"
    again = template.replace("      StartOnCreation: true", '      StartOnCreation: true\n      Triggers: ["2"]')
    second = stack.deploy("UPDATE_COMPLETE", again)["RevisionId"]
    assert revisions(stack, stack.data_set()) == [second]
    stack.delete()


EXAMPLES: dict[Callable[[Stack], None], str] = {
    each_release_is_a_published_revision: "publish",
    each_release_is_complete_without_finalising: "publish",
    a_failure_after_publication_keeps_what_is_to_be_kept: "publish",
    a_failure_after_publication_revokes_what_is_to_be_revoked: "correct-and-revoke",
}
OWN_TEMPLATES = (
    a_published_revision_without_either_policy_says_what_to_do,
    a_delete_that_fails_can_retain_the_revision,
    revoke_on_delete_is_deployed_when_it_is_wanted,
    a_typing_error_in_the_comment_is_corrected_in_place,
    the_comment_of_a_published_revision_is_refused_at_once,
    what_a_neighbour_finalises_drifts_nowhere,
    a_denied_publication_names_the_action,
    an_import_into_a_finalised_revision_says_what_to_change,
    a_revision_removed_by_hand_is_skipped_and_made_again,
)
STORIES: dict[str, Callable[[Stack], None]] = {story.__name__: story for story in (*EXAMPLES, *OWN_TEMPLATES)}


def stack_for(local: Local, project: Project, story: Callable[[Stack], None]) -> Stack:
    example = EXAMPLES.get(story)
    return Stack(local, story.__name__.replace("_", "-"), project.example(example) if example else "")


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Iterator[dict[str, Future[None]]]:
    """All stories, side by side: they mostly wait for their jobs."""
    with local_with_type(tmp_path_factory, project) as local, ThreadPoolExecutor(len(STORIES)) as pool:
        denied = {
            "where": {"dataSetId": open_revision(local)["DataSetId"]},
            "do": {"denied": "dataexchange:PublishDataSet"},
        }
        set_script(local, assumptions={"publishOnFinalize": True}, faults=[{"on": "UpdateRevision", **denied}])
        yield {name: pool.submit(story, stack_for(local, project, story)) for name, story in STORIES.items()}


@pytest.mark.parametrize("name", STORIES)
def test_story(stories: dict[str, Future[None]], name: str) -> None:
    stories[name].result()
