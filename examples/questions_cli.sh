#!/bin/sh
# The quiz with the AWS CLI alone: nested items, a composite key, a query, a filtered scan in pages, batches, a condition.
#
#   stator serve &
#   export AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000
#   sh examples/questions_cli.sh
#
# It makes tables whose names begin with $ENVIRONMENT- (default: cli) and removes them at its end, unless KEEP is set.
set -eu

: "${AWS_ENDPOINT_URL_DYNAMODB:=http://127.0.0.1:8000}"
: "${AWS_ACCESS_KEY_ID:=example}"
: "${AWS_SECRET_ACCESS_KEY:=example}"
: "${AWS_DEFAULT_REGION:=us-east-1}"
: "${ENVIRONMENT:=cli}"
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION
export AWS_PAGER=

USERS=$ENVIRONMENT-Users
QUESTIONS=$ENVIRONMENT-truthbyte-questions
CATEGORIES=$ENVIRONMENT-truthbyte-question-categories

dynamodb() {
  aws dynamodb "$@" --endpoint-url "$AWS_ENDPOINT_URL_DYNAMODB"
}

say() {
  printf '\n== %s\n' "$*"
}

# Creates a table on demand unless it exists, and waits until it is ACTIVE: name, key, attribute definitions.
table() {
  # shellcheck disable=SC2086  # a key of two attributes is two words
  dynamodb describe-table --table-name "$1" >/dev/null 2>&1 ||
    dynamodb create-table --table-name "$1" --key-schema $2 --attribute-definitions $3 \
      --billing-mode PAY_PER_REQUEST --query TableDescription.TableName --output text
  dynamodb wait table-exists --table-name "$1"
}

question() { # id, question, answer, category, difficulty
  printf '{"PutRequest":{"Item":{"id":{"S":"%s"},"question":{"S":"%s"},"answer":{"BOOL":%s},' "$1" "$2" "$3"
  printf '"categories":{"L":[{"S":"%s"},{"S":"general"}]},"difficulty":{"N":"%s"}}}}' "$4" "$5"
}

entry() { # category, id, difficulty
  printf '{"PutRequest":{"Item":{"category":{"S":"%s"},"question_id":{"S":"%s"},"difficulty":{"N":"%s"}}}}' "$@"
}

say "Tables"
table "$USERS" "AttributeName=UserId,KeyType=HASH AttributeName=OrderDate,KeyType=RANGE" \
  "AttributeName=UserId,AttributeType=S AttributeName=OrderDate,AttributeType=S"
table "$QUESTIONS" "AttributeName=id,KeyType=HASH" "AttributeName=id,AttributeType=S"
table "$CATEGORIES" "AttributeName=category,KeyType=HASH AttributeName=question_id,KeyType=RANGE" \
  "AttributeName=category,AttributeType=S AttributeName=question_id,AttributeType=S"
dynamodb list-tables --query "TableNames[?starts_with(@, '$ENVIRONMENT-')]" --output text

say "An item with a document in it"
dynamodb put-item --table-name "$USERS" --item '{
  "UserId": {"S": "user-123"}, "OrderDate": {"S": "2024-10-10"}, "Type": {"S": "Profile"}, "Age": {"N": "30"},
  "Profile": {"M": {"Name": {"S": "Alice"}, "Email": {"S": "alice@example.com"}}}}'
dynamodb get-item --table-name "$USERS" \
  --key '{"UserId": {"S": "user-123"}, "OrderDate": {"S": "2024-10-10"}}' \
  --projection-expression 'Profile.Email' --query Item.Profile.M.Email.S --output text

say "The same by a query on the partition key"
dynamodb query --table-name "$USERS" \
  --key-condition-expression "UserId = :uid" \
  --expression-attribute-values '{":uid":{"S":"user-123"}}' \
  --query 'Items[].[UserId.S, OrderDate.S, Age.N]' --output text

say "A birthday, and what it became"
dynamodb update-item --table-name "$USERS" \
  --key '{"UserId": {"S": "user-123"}, "OrderDate": {"S": "2024-10-10"}}' \
  --update-expression 'SET Age = Age + :one' --condition-expression 'Age = :thirty' \
  --expression-attribute-values '{":one": {"N": "1"}, ":thirty": {"N": "30"}}' \
  --return-values UPDATED_NEW --query Attributes.Age.N --output text

say "The same birthday again is refused"
if dynamodb update-item --table-name "$USERS" \
  --key '{"UserId": {"S": "user-123"}, "OrderDate": {"S": "2024-10-10"}}' \
  --update-expression 'SET Age = Age + :one' --condition-expression 'Age = :thirty' \
  --expression-attribute-values '{":one": {"N": "1"}, ":thirty": {"N": "30"}}' 2>&1; then
  echo "the condition did not hold it" >&2
  exit 1
fi

say "Questions and their categories in one batch, and how many tables were left unprocessed"
dynamodb batch-write-item --query 'length(UnprocessedItems)' --output text --request-items "{
  \"$QUESTIONS\": [
    $(question c1 'Is the Nile longer than the Danube?' true geography 1),
    $(question c2 'Is Venus further from the Sun than the Earth is?' false science 2),
    $(question c3 'Is a spider an insect?' false science 3),
    $(question c4 'Is zero an even number?' true science 5)],
  \"$CATEGORIES\": [
    $(entry geography c1 1), $(entry science c2 2), $(entry science c3 3), $(entry science c4 5),
    $(entry general c1 1), $(entry general c2 2), $(entry general c3 3), $(entry general c4 5)]}"

say "Of science, those of difficulty 3"
dynamodb query --table-name "$CATEGORIES" \
  --key-condition-expression 'category = :category' --filter-expression 'difficulty = :difficulty' \
  --expression-attribute-values '{":category": {"S": "science"}, ":difficulty": {"N": "3"}}' \
  --query '[Items[].question_id.S, Count, ScannedCount]' --output json

say "The same by a filtered scan, two items to a page"
dynamodb scan --table-name "$QUESTIONS" --page-size 2 \
  --filter-expression 'contains(categories, :category)' \
  --expression-attribute-values '{":category": {"S": "science"}}' \
  --query 'Items[].[id.S, question.S]' --output text | sort

say "Three at once, by id"
dynamodb batch-get-item --request-items "{\"$QUESTIONS\": {\"Keys\": [
  {\"id\": {\"S\": \"c1\"}}, {\"id\": {\"S\": \"c4\"}}, {\"id\": {\"S\": \"none\"}}]}}" \
  --query "Responses.\"$QUESTIONS\"[].[id.S, question.S]" --output text | sort

say "How many in a category, without sending one"
dynamodb query --table-name "$CATEGORIES" --select COUNT \
  --key-condition-expression 'category = :category' \
  --expression-attribute-values '{":category": {"S": "general"}}' --query Count --output text

say "One leaves, and is shown as it was"
dynamodb delete-item --table-name "$QUESTIONS" --key '{"id": {"S": "c4"}}' \
  --return-values ALL_OLD --query Attributes.question.S --output text

if [ -z "${KEEP:-}" ]; then
  say "Away with it"
  for each in "$USERS" "$QUESTIONS" "$CATEGORIES"; do
    dynamodb delete-table --table-name "$each" --query TableDescription.TableName --output text
  done
fi
