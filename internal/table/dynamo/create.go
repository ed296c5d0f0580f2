package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"afterword/internal/table"
)

// CreateTables makes the tables as template.yaml does, for DynamoDB Local, where they are there at once. Names are those in the
// account.
func CreateTables(ctx context.Context, client *dynamodb.Client, names map[table.Name]string) error {
	for logical, name := range names {
		if _, err := client.CreateTable(ctx, definition(logical, name)); err != nil {
			return fmt.Errorf("create the table %s: %w", name, err)
		}
		_, err := client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
			TableName:               aws.String(name),
			TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(table.AttrExpires), Enabled: aws.Bool(true)},
		})
		if err != nil {
			return fmt.Errorf("set the time to live of the table %s: %w", name, err)
		}
	}
	return nil
}

func definition(logical table.Name, name string) *dynamodb.CreateTableInput {
	input := &dynamodb.CreateTableInput{
		TableName:            aws.String(name),
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            keySchema(table.AttrPartition, table.AttrSort),
		AttributeDefinitions: texts(table.AttrPartition, table.AttrSort),
	}
	for _, ix := range table.Indexes(logical) {
		input.AttributeDefinitions = append(input.AttributeDefinitions, texts(ix.Partition, ix.Sort)...)
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(ix.Name), KeySchema: keySchema(ix.Partition, ix.Sort),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		})
	}
	if logical == table.Feedback {
		input.StreamSpecification = &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
		}
	}
	return input
}

func keySchema(partition, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: aws.String(partition), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String(sort), KeyType: types.KeyTypeRange},
	}
}

func texts(names ...string) (definitions []types.AttributeDefinition) {
	for _, name := range names {
		definitions = append(definitions, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: types.ScalarAttributeTypeS})
	}
	return definitions
}
