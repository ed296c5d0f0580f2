package artefact

import (
	"fmt"
	"maps"
	"path"
	"strings"
)

// deployed is a function of the stack as Lambda knows it.
type deployed struct {
	name     string // folder under functions/
	resource string // logical name
	settings map[string]any
	policies []statement
	streams  []string // ARNs of the streams that it reads
	topics   []string // ARNs of the topics that it hears
}

// functions are those of the stack, with the Globals of the template applied.
func (s *stack) functions() ([]deployed, error) {
	globals, err := s.value(s.root["Globals"])
	if err != nil {
		return nil, err
	}
	common := at(globals, "Function")
	var all []deployed
	for _, name := range s.ofType("AWS::Serverless::Function") {
		_, properties, err := s.resource(name)
		if err != nil {
			return nil, err
		}
		own := map[string]any{}
		for key, node := range properties {
			if own[key], err = s.value(node); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", name, key, err)
			}
		}
		f := deployed{name: path.Base(fmt.Sprint(own["CodeUri"])), resource: name, settings: merged(common, own)}
		if f.policies, err = statements(own["Policies"]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		f.events(own["Events"])
		all = append(all, f)
	}
	return all, nil
}

func (f *deployed) events(events any) {
	named, _ := events.(map[string]any)
	for _, event := range named {
		if stream := at(event, "Properties", "Stream"); stream != nil {
			f.streams = append(f.streams, fmt.Sprint(stream))
		}
		if topic := at(event, "Properties", "Topic"); topic != nil {
			f.topics = append(f.topics, fmt.Sprint(topic))
		}
	}
}

// merged lays a function's own settings over the common ones, as SAM does: maps key by key.
func merged(common, own any) map[string]any {
	out := map[string]any{}
	if base, is := common.(map[string]any); is {
		maps.Copy(out, base)
	}
	over, _ := own.(map[string]any)
	for key, value := range over {
		if below, is := value.(map[string]any); is {
			value = merged(out[key], below)
		}
		out[key] = value
	}
	return out
}

// at looks into resolved values; nil where there is nothing.
func at(value any, keys ...string) any {
	for _, key := range keys {
		below, is := value.(map[string]any)
		if !is {
			return nil
		}
		value = below[key]
	}
	return value
}

// list is a value that a template may write without the brackets of a list.
func list(value any) (texts []string) {
	switch v := value.(type) {
	case nil:
	case []any:
		for _, each := range v {
			texts = append(texts, fmt.Sprint(each))
		}
	default:
		texts = append(texts, fmt.Sprint(v))
	}
	return texts
}

// reserved are the variables that Lambda itself sets for a function written in Go whose logs are JSON. What AWS's own endpoints are is
// led to the machine's loopback instead.
func (f deployed) reserved(runtime, endpoint string) map[string]string {
	return map[string]string{
		"AWS_LAMBDA_RUNTIME_API": runtime, "AWS_LAMBDA_FUNCTION_NAME": "afterword-" + f.resource, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": fmt.Sprint(f.settings["MemorySize"]), "AWS_LAMBDA_LOG_FORMAT": fmt.Sprint(at(f.settings, "LoggingConfig", "LogFormat")),
		"AWS_LAMBDA_LOG_LEVEL": fmt.Sprint(at(f.settings, "LoggingConfig", "ApplicationLogLevel")),
		"AWS_REGION":           region, "AWS_DEFAULT_REGION": region, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
		"_HANDLER": fmt.Sprint(f.settings["Handler"]), "TZ": ":UTC", "LANG": "en_US.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin",
		"AWS_ENDPOINT_URL_DYNAMODB": endpoint, "AWS_ENDPOINT_URL_SES": endpoint, "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint,
	}
}

// environment is all that the process of a function gets.
func (f deployed) environment(runtime, endpoint string) (environment []string) {
	variables := f.reserved(runtime, endpoint)
	own, _ := at(f.settings, "Environment", "Variables").(map[string]any)
	for name, value := range own {
		variables[name] = fmt.Sprint(value)
	}
	for name, value := range variables {
		environment = append(environment, name+"="+value)
	}
	return environment
}

// tableOfStream is the table whose stream the ARN names.
func tableOfStream(arn string) string {
	name, _, _ := strings.Cut(arn, "/stream/")
	return path.Base(name)
}
