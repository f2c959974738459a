"""GraphQL documents for projects, their fields and items."""

MAX_FIELD_VALUES = 50
"""Number of field values read for each item; GitHub allows 50 fields in a project."""
MAX_LABELS = 20
MAX_ASSIGNEES = 10  # GitHub allows no more for an issue

_FIELDS = """fields(first: 100) { nodes { ... on ProjectV2FieldCommon { id name dataType }
      ... on ProjectV2SingleSelectField { options { id name } }
      ... on ProjectV2IterationField { configuration {
        iterations { id title startDate } completedIterations { id title startDate } } } } }"""
_FIELD = "field { ... on ProjectV2FieldCommon { name dataType } }"
_VALUE = f"""... on ProjectV2ItemFieldSingleSelectValue {{ {_FIELD} name optionId }}
      ... on ProjectV2ItemFieldIterationValue {{ {_FIELD} title iterationId }}
      ... on ProjectV2ItemFieldNumberValue {{ {_FIELD} number }}
      ... on ProjectV2ItemFieldDateValue {{ {_FIELD} date }}
      ... on ProjectV2ItemFieldTextValue {{ {_FIELD} text }}"""
_CONTENT = f"""number title author {{ login type: __typename }} authorAssociation repository {{ nameWithOwner }}
      assignees(first: {MAX_ASSIGNEES}) {{ nodes {{ login }} }}
      labels(first: {MAX_LABELS}) {{ totalCount nodes {{ name }} }} milestone {{ title }}"""
_ITEM_NODES = f"""totalCount pageInfo {{ hasNextPage endCursor }}
      nodes {{ id type isArchived
        content {{ ... on DraftIssue {{ title author: creator {{ login type: __typename }}
            assignees(first: {MAX_ASSIGNEES}) {{ nodes {{ login }} }} }}
          ... on Issue {{ {_CONTENT} issueState: state }}
          ... on PullRequest {{ {_CONTENT} pullState: state isDraft }} }}
        fieldValues(first: {MAX_FIELD_VALUES}) {{ totalCount nodes {{ {_VALUE} }} }} }}"""
_PLACE = f"""id type isArchived project {{ id }}
      value: fieldValueByName(name: $field) @include(if: $withField) {{ {_VALUE} }}"""
_PLACES = f"id number repository {{ nameWithOwner }} projectItems(first: 100) {{ nodes {{ {_PLACE} }} }}"

PROJECTS = """
query($owner: String!, $first: Int!, $after: String, $query: String) {
  repositoryOwner(login: $owner) { login ... on ProjectV2Owner {
    projectsV2(first: $first, after: $after, query: $query, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { number title closed public updatedAt items(first: 1) { totalCount } } } } } }
"""
PROJECT = f"""
query($owner: String!, $number: Int!) {{
  repositoryOwner(login: $owner) {{ login ... on ProjectV2Owner {{
    projectV2(number: $number) {{ id number title url closed {_FIELDS} }} }} }} }}
"""
ITEMS = f"""
query($owner: String!, $number: Int!, $first: Int!, $after: String, $withFields: Boolean!) {{
  repositoryOwner(login: $owner) {{ login ... on ProjectV2Owner {{
    projectV2(number: $number) {{ id number title url closed ... @include(if: $withFields) {{ {_FIELDS} }}
      items(first: $first, after: $after) {{ {_ITEM_NODES} }} }} }} }} }}
"""
ITEMS_BY_QUERY = ITEMS.replace("$after: String, ", "$after: String, $query: String!, ").replace(
    "items(first: $first, after: $after)", "items(first: $first, after: $after, query: $query)"
)
"""The items that a filter selects; Enterprise Servers before 3.20 do not have this argument."""
ITEM_OF_ISSUE = f"""
query($owner: String!, $repo: String!, $number: Int!, $field: String!, $withField: Boolean!) {{
  repository(owner: $owner, name: $repo) {{ issueOrPullRequest(number: $number) {{
    ... on Issue {{ {_PLACES} }} ... on PullRequest {{ {_PLACES} }} }} }} }}
"""
ITEM_BY_ID = f"""
query($id: ID!, $field: String!, $withField: Boolean!) {{ node(id: $id) {{ ... on ProjectV2Item {{ {_PLACE}
    content {{ ... on Issue {{ number repository {{ nameWithOwner }} }}
      ... on PullRequest {{ number repository {{ nameWithOwner }} }} ... on DraftIssue {{ title }} }} }} }} }}
"""
ADD = """
mutation($project: ID!, $content: ID!) {
  change: addProjectV2ItemById(input: {projectId: $project, contentId: $content}) { item { id } } }
"""
SET = f"""
mutation($project: ID!, $item: ID!, $field: ID!, $name: String!, $value: ProjectV2FieldValue!) {{
  change: updateProjectV2ItemFieldValue(
    input: {{projectId: $project, itemId: $item, fieldId: $field, value: $value}}) {{
    item: projectV2Item {{ id value: fieldValueByName(name: $name) {{ {_VALUE} }} }} }} }}
"""
CLEAR = f"""
mutation($project: ID!, $item: ID!, $field: ID!, $name: String!) {{
  change: clearProjectV2ItemFieldValue(input: {{projectId: $project, itemId: $item, fieldId: $field}}) {{
    item: projectV2Item {{ id value: fieldValueByName(name: $name) {{ {_VALUE} }} }} }} }}
"""
