// The JavaScript SDK v3, unmodified: one table's life. Prints one JSON object: what each step found.
// The endpoint, region and keys come from the environment alone.

import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  paginateListTables,
  PutItemCommand,
  ResourceNotFoundException,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  NumberValue,
  paginateQuery,
  paginateScan,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";

const table = "Music";
const client = new DynamoDBClient({ maxAttempts: 1 });
const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
// A client of its own: document clients of one client share its settings.
const exact = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1 }), { unmarshallOptions: { wrapNumbers: true } });

const steps = {
  async created() {
    const made = await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [
          { AttributeName: "artist", KeyType: "HASH" },
          { AttributeName: "song", KeyType: "RANGE" },
        ],
        AttributeDefinitions: [
          { AttributeName: "artist", AttributeType: "S" },
          { AttributeName: "song", AttributeType: "S" },
          { AttributeName: "year", AttributeType: "N" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: "by-year",
            KeySchema: [
              { AttributeName: "year", KeyType: "HASH" },
              { AttributeName: "song", KeyType: "RANGE" },
            ],
            Projection: { ProjectionType: "ALL" },
          },
        ],
      }),
    );
    const waited = await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: table });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    return {
      first: made.TableDescription.TableStatus,
      waited: waited.state,
      then: Table.TableStatus,
      createdInThisCentury: Table.CreationDateTime.getUTCFullYear() >= 2000,
    };
  },

  async documentComesBack() {
    const item = {
      artist: "Ada",
      song: "All types",
      text: "žluť 🐎",
      number: 12.5,
      yes: true,
      nothing: null,
      bytes: new Uint8Array([0, 255]),
      list: [1, "two", [null]],
      map: { deep: { deeper: false } },
      words: new Set(["a", "b"]),
      numbers: new Set([1, 2]),
      notThere: undefined,
    };
    await documents.send(new PutCommand({ TableName: table, Item: item }));
    const { Item } = await documents.send(
      new GetCommand({ TableName: table, Key: { artist: "Ada", song: "All types" }, ConsistentRead: true }),
    );
    return {
      ...Item,
      bytes: [...Item.bytes],
      words: [...Item.words].sort(),
      numbers: [...Item.numbers].sort(),
    };
  },

  async exactNumber() {
    const value = "1234567890123456789012345678.1234567891";
    const Key = { artist: "Ada", song: "Exact" };
    await exact.send(new PutCommand({ TableName: table, Item: { ...Key, value: NumberValue.from(value) } }));
    const { Item } = await exact.send(new GetCommand({ TableName: table, Key }));
    return Item.value.toString();
  },

  async manyAtOnce() {
    const put = (n) =>
      documents.send(
        new PutCommand({ TableName: table, Item: { artist: "Bach", song: `Fugue ${String(n).padStart(2, "0")}`, n } }),
      );
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => put(n)));
    return answers.filter((answer) => answer.$metadata.httpStatusCode === 200).length;
  },

  async queryPages() {
    const songs = [];
    let pages = 0;
    const asked = paginateQuery(
      { client: documents, pageSize: 7 },
      {
        TableName: table,
        KeyConditionExpression: "artist = :a AND begins_with(song, :f)",
        ExpressionAttributeValues: { ":a": "Bach", ":f": "Fugue" },
        ScanIndexForward: false,
      },
    );
    for await (const page of asked) {
      pages += 1;
      songs.push(...page.Items.map((item) => item.n));
    }
    return { songs, pages };
  },

  async scanPages() {
    let found = 0;
    let scanned = 0;
    const asked = paginateScan(
      { client: documents, pageSize: 5 },
      {
        TableName: table,
        FilterExpression: "n >= :n",
        ExpressionAttributeValues: { ":n": 20 },
      },
    );
    for await (const page of asked) {
      found += page.Count;
      scanned += page.ScannedCount;
    }
    return { found, scanned };
  },

  async batches() {
    const songs = ["One", "Two", "Three"];
    const written = await documents.send(
      new BatchWriteCommand({
        RequestItems: {
          [table]: songs.map((song) => ({ PutRequest: { Item: { artist: "Clara", song, year: 1840 } } })),
        },
      }),
    );
    const read = await client.send(
      new BatchGetItemCommand({
        RequestItems: {
          [table]: { Keys: [...songs, "None"].map((song) => ({ artist: { S: "Clara" }, song: { S: song } })) },
        },
      }),
    );
    return {
      unprocessed: Object.keys(written.UnprocessedItems).length,
      songs: read.Responses[table].map((item) => item.song.S).sort(),
    };
  },

  async index() {
    const { Items } = await documents.send(
      new QueryCommand({
        TableName: table,
        IndexName: "by-year",
        KeyConditionExpression: "#y = :y",
        ExpressionAttributeNames: { "#y": "year" },
        ExpressionAttributeValues: { ":y": 1840 },
      }),
    );
    return Items.map((item) => item.song);
  },

  async update() {
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName: table,
        Key: { artist: "Clara", song: "One" },
        UpdateExpression: "SET plays = if_not_exists(plays, :zero) + :one REMOVE #y",
        ExpressionAttributeNames: { "#y": "year" },
        ExpressionAttributeValues: { ":zero": 0, ":one": 1 },
        ReturnValues: "ALL_NEW",
      }),
    );
    return Attributes;
  },

  async conditionFails() {
    return refused(
      documents.send(
        new DeleteCommand({
          TableName: table,
          Key: { artist: "Clara", song: "One" },
          ConditionExpression: "plays > :n",
          ExpressionAttributeValues: { ":n": 1 },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
      ConditionalCheckFailedException,
    );
  },

  async tableIsMissing() {
    const key = { artist: { S: "x" }, song: { S: "y" } };
    return refused(client.send(new GetItemCommand({ TableName: "nowhere", Key: key })), ResourceNotFoundException);
  },

  async requestIsWrong() {
    return refused(client.send(new PutItemCommand({ TableName: table, Item: { artist: { S: "x" } } })), Error);
  },

  async tablesAreListed() {
    const names = [];
    for await (const page of paginateListTables({ client, pageSize: 1 }, {})) names.push(...page.TableNames);
    return names.includes(table);
  },

  async deleted() {
    const { TableDescription } = await client.send(new DeleteTableCommand({ TableName: table }));
    const waited = await waitUntilTableNotExists({ client, maxWaitTime: 60 }, { TableName: table });
    return { first: TableDescription.TableStatus, waited: waited.state };
  },
};

async function refused(promise, kind) {
  try {
    await promise;
  } catch (error) {
    return {
      name: error.name,
      message: error.message,
      status: error.$metadata?.httpStatusCode,
      isItsClass: error instanceof kind,
      hasRequestId: Boolean(error.$metadata?.requestId),
      item: error.Item,
    };
  }
  return "was not refused";
}

const found = {};
for (const [name, step] of Object.entries(steps)) {
  try {
    found[name] = await step();
  } catch (error) {
    found[name] = { failed: `${error.name}: ${error.message}` };
  }
}
console.log(JSON.stringify(found));
