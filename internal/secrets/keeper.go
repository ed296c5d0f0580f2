package secrets

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"afterword/internal/fault"
)

// How long a secret is used before it is read again, so that rotating one needs no deployment, and how long until the next try when
// reading failed.
const (
	fresh = 15 * time.Minute
	retry = 10 * time.Second
)

// Keeper gives the secret, which it reads at most every fifteen minutes. It may be used by several goroutines.
type Keeper struct {
	Read func(ctx context.Context) ([]byte, error)
	Now  func() time.Time

	mu    sync.Mutex
	kept  *Secret
	until time.Time
}

// FromSecretsManager reads the secret with the id (a name or an ARN).
func FromSecretsManager(client *secretsmanager.Client, id string) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		value, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
		if err != nil {
			return nil, err
		}
		return []byte(aws.ToString(value.SecretString)), nil
	}
}

// Secret is the secret in force: the last good one while reading it again fails. Faults, when there has
// been none yet: Transient, Internal (what was read is not a secret).
func (k *Keeper) Secret(ctx context.Context) (Secret, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept != nil && k.Now().Before(k.until) {
		return *k.kept, nil
	}
	secret, err := k.load(ctx)
	if err != nil {
		if k.kept == nil {
			return Secret{}, err
		}
		k.until = k.Now().Add(retry)
		return *k.kept, nil
	}
	k.kept, k.until = &secret, k.Now().Add(fresh)
	return secret, nil
}

func (k *Keeper) load(ctx context.Context) (Secret, error) {
	text, err := k.Read(ctx)
	if err != nil {
		return Secret{}, fault.Wrap(fault.Transient, err, "the secret cannot be read")
	}
	secret, err := Parse(text)
	if err != nil { // our own fault, and nothing that whoever calls should read
		return Secret{}, fault.Wrap(fault.Internal, err, "the secret cannot be used")
	}
	return secret, nil
}

// Fetch returns the token for a source's API. Faults as Secret.
func (k *Keeper) Fetch(ctx context.Context, source string) (string, error) {
	secret, err := k.Secret(ctx)
	return secret.Fetch(source), err
}

// Source returns the live secrets of a source. Faults as Secret.
func (k *Keeper) Source(ctx context.Context, name string) ([]string, error) {
	secret, err := k.Secret(ctx)
	if err != nil {
		return nil, err
	}
	return secret.Source(name), nil
}
