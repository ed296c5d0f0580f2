package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// passing are the error codes of what goes by itself. The SDK has repeated them before they come here.
var passing = map[string]bool{
	"ProvisionedThroughputExceededException": true,
	"ThrottlingException":                    true,
	"Throttling":                             true,
	"RequestLimitExceeded":                   true,
	"TransactionConflictException":           true,
	"TransactionInProgressException":         true,
	"InternalServerError":                    true,
	"ServiceUnavailable":                     true,
	"ReplicatedWriteConflictException":       true,
}

// translate gives an error of the service its kind. What is no answer of the service at all (a lost connection, a deadline) is
// Transient: it may or may not have been applied.
func translate(act string, err error) error {
	var already *fault.Error
	if errors.As(err, &already) {
		return err
	}
	var answer smithy.APIError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(fault.Transient, err, "the table was given no time to answer")
	case !errors.As(err, &answer):
		return fault.Wrap(fault.Transient, err, "the table does not answer")
	case passing[answer.ErrorCode()] || answer.ErrorFault() == smithy.FaultServer:
		return fault.Wrap(fault.Transient, err, "the table is busy")
	case answer.ErrorCode() == "ValidationException":
		return refusal(answer.ErrorMessage())
	}
	return fmt.Errorf("%s: %w", act, err)
}

// refusal is the fault for what the service found wrong with a request. It has one code for everything, so size is told by words.
func refusal(message string) error {
	if strings.Contains(message, "tem size") {
		return fault.Wrap(fault.TooLarge, errors.New(message), "an item is larger than %d KB", table.MaxItem/1024)
	}
	return fault.Wrap(fault.Invalid, errors.New(message), "the table does not take this request")
}

// reasonCode translates why a transaction was cancelled. A request that is wrong is an error of its own, not a reason.
func reasonCode(reason types.CancellationReason) (table.Code, error) {
	switch code := aws.ToString(reason.Code); code {
	case "", "None":
		return table.NoneCode, nil
	case "ConditionalCheckFailed":
		return table.ConditionCode, nil
	case "TransactionConflict":
		return table.ConflictCode, nil
	case "ThrottlingError", "ProvisionedThroughputExceeded":
		return table.ThrottleCode, nil
	case "ValidationError":
		return "", refusal(aws.ToString(reason.Message))
	default:
		return "", fmt.Errorf("cancelled for the reason %s: %s", code, aws.ToString(reason.Message))
	}
}
