"""Deploys template.yaml on the emulator that AWS_ENDPOINT_URL names and sends one visit through it. Prints a line for each step: what
worked, or what the emulator said. Later steps are tried only where the earlier ones they stand on worked."""

import base64, hashlib, hmac, json, os, pathlib, platform, re, sys, time, urllib.parse, urllib.request, zipfile

import boto3

work, emulator = pathlib.Path(sys.argv[1]), int(sys.argv[2])
endpoint = os.environ["AWS_ENDPOINT_URL"]
key, sender = "the-key-of-the-owner-of-this-stack", "the-secret-of-a-sender"
steps = []


host = {}  # of the API, by which API Gateway knows it


def call(method, path, body=None, headers={}):
    to = {} if path.startswith("/_ministack/") else host
    request = urllib.request.Request(endpoint + path, data=body, method=method, headers=headers | to)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def until(what, seconds, check):
    """Waits for something that the emulator does by itself."""
    end = time.time() + seconds
    while True:
        try:
            found = check()
        except OSError as error:
            found, what = None, f"{what}: {error}"
        if found:
            return found
        if time.time() > end:
            raise RuntimeError(f"not within {seconds} s: {what}")
        time.sleep(0.3)


def step(name):
    """Runs a function as a step; a step that fails ends the try."""

    def wrap(do):
        try:
            said = do() or ""
            print(f"works   {name}: {said}" if said else f"works   {name}", flush=True)
        except Exception as error:
            print(f"FAILS   {name}: {str(error)[:900]}", flush=True)
            sys.exit(1)

    return wrap


def must(answer, status, part=""):
    if answer[0] != status or part not in answer[1]:
        raise RuntimeError(f"status {answer[0]}: {answer[1][:400]}")
    return answer[1]


@step("the emulator starts")
def _():
    until("its health", 60, lambda: os.kill(emulator, 0) is None and call("GET", "/_ministack/health")[0] == 200)


@step("zips go to S3")
def _():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_REGION"]})
    for bootstrap in sorted(work.glob("*/bootstrap")):
        file = work / f"{bootstrap.parent.name}.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as z:
            z.write(bootstrap, "bootstrap")
        s3.upload_file(str(file), "code", file.name)
    return ", ".join(sorted(f.stem for f in work.glob("*.zip")))


cloudformation = boto3.client("cloudformation")


def stack(name, text):
    """Makes a stack, or says what was refused."""
    # The template is over 51,200 bytes: too long for the call itself. sam deploy takes the way over S3 as well.
    boto3.client("s3").put_object(Bucket="code", Key=name + ".yaml", Body=text.encode())
    cloudformation.create_stack(StackName=name, TemplateURL=f"{endpoint}/code/{name}.yaml", Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"])

    def done():
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if "FAILED" in status or "ROLLBACK" in status:
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            raise RuntimeError("; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}" for e in events if "FAILED" in e["ResourceStatus"]))
        return status == "CREATE_COMPLETE"

    until("CREATE_COMPLETE", 120, done)


def without(text, name):
    """The template without a resource or an output, with the comments on it."""
    return re.sub(rf"(?m)^  {name}:.*\n(?:    .*\n|\n(?=    ))*", "", text)


@step("CloudFormation makes the stack from template.yaml")
def _():
    text = pathlib.Path("template.yaml").read_text()
    text = re.sub(r"CodeUri: functions/([a-z]+)/", r"CodeUri: s3://code/\1.zip", text)
    if platform.machine() != "aarch64":
        text = text.replace("Architectures: [arm64]", "Architectures: [x86_64]")
    try:
        stack("whole", text)
    except Exception as error:
        print(f"FAILS   the whole template: {str(error)[:300]}", flush=True)
        # What only tells the owner something is left out; all that a visit needs stays.
        alarms = re.findall(r"(?m)^  (\w+):.*\n    Type: AWS::CloudWatch::(?:Alarm|Dashboard)$", text)
        for name in alarms + ["DashboardUrl"]:
            text = without(text, name)
        stack("afterword", text)
        return f"without {len(alarms)} alarms and dashboards, {len(cloudformation.describe_stack_resources(StackName='afterword')['StackResources'])} resources"
    stack("afterword", text)


resources = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in cloudformation.describe_stack_resources(StackName="afterword")["StackResources"]}
host["Host"] = f"{resources['Api']}.execute-api.localhost"
owner = {"Authorization": "Bearer " + key, "Content-Type": "application/yaml"}
form = {"Content-Type": "application/x-www-form-urlencoded"}


@step("API Gateway has the routes of the template")
def _():
    gateway, functions = boto3.client("apigatewayv2"), boto3.client("lambda")
    there = {r["RouteKey"] for r in gateway.get_routes(ApiId=resources["Api"])["Items"]}
    wanted = {"ANY /hooks/{source}": "Intake", "ANY /s/{token}": "Respond", "ANY /u/{token}": "Respond", "ANY /c/{token}": "Respond", "ANY /l/{token}": "Respond", "ANY /api/{proxy+}": "ApiFunction"}
    missing = sorted(set(wanted) - there)
    for route in missing:  # the emulator passes over ANY in the document that SAM makes
        arn = functions.get_function(FunctionName=resources[wanted[route]])["Configuration"]["FunctionArn"]
        made = gateway.create_integration(ApiId=resources["Api"], IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0")
        gateway.create_route(ApiId=resources["Api"], RouteKey=route, Target="integrations/" + made["IntegrationId"])
    return f"{len(missing)} of {len(wanted)} were missing and made by hand" if missing else ""


@step("the secret was generated, and takes a sender's")
def _():
    manager = boto3.client("secretsmanager")
    secret = json.loads(manager.get_secret_value(SecretId=resources["Secret"])["SecretString"])
    if len(secret["seed"]) != 64:
        raise RuntimeError(f"the seed has {len(secret['seed'])} characters")
    secret |= {"api": [key], "sources": {"zendesk": [sender]}}
    manager.put_secret_value(SecretId=resources["Secret"], SecretString=json.dumps(secret))


@step("a program is applied through API Gateway")
def _():
    program = pathlib.Path("internal/function/artefact/testdata/program.yaml").read_bytes()
    must(call("POST", "/api/admin/apply", program, owner), 200, '"version"')
    boto3.client("ses").verify_email_identity(EmailAddress="hello@blabar.example")


@step("a signed webhook is taken")
def _():
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = json.dumps({"ticket_id": "20418", "status": "solved", "updated_at": now, "requester_email": "pieter@customer.example",
                       "requester_name": "Pieter", "requester_language": "English", "group": "Support"}).encode()
    signature = base64.b64encode(hmac.new(sender.encode(), now.encode() + body, hashlib.sha256).digest()).decode()
    headers = {"Content-Type": "application/json", "X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": now,
               "X-Zendesk-Webhook-Invocation-Id": "01KAJZ5W3M8Q2R4T6V8X0Z1B3D"}
    return must(call("POST", "/hooks/zendesk", body, headers), 200, "planned").strip()


mail = ""


@step("the schedule starts dispatch, and SES takes the survey")
def _():
    global mail
    def sent():
        status, text = call("GET", "/_ministack/ses/messages")
        return text if status == 200 and "customer.example" in text else None
    mail = until("a mail", 90, sent)


link = ""


@step("the mail's link opens the survey")
def _():
    global link
    found = re.search(r"/s/[A-Za-z0-9_-]{47}", mail.replace("=\\r\\n", "").replace("=\\n", ""))
    if not found:
        raise RuntimeError("no link in " + mail[:400])
    link = found.group(0)
    must(call("GET", link + "?r=1"), 200, "<html")


@step("the answer is taken")
def _():
    answer = urllib.parse.urlencode({"rating": 1, "act": "explicit", "comment": "Slow."}).encode()
    must(call("POST", link, answer, form), 200, "<html")


def read(path, part):
    return lambda: part in call("GET", path, headers=owner)[1]


@step("the stream reaches tally: the score shows the answer")
def _():
    until("n is 1", 60, read("/api/scores?touchpoint=support&period=" + time.strftime("%Y-%m", time.gmtime()), '"n":1'))


@step("the stream reaches followup: a case is open")
def _():
    until("a case", 60, read("/api/cases?state=open", '"state":"open"'))


@step("the task mail leaves")
def _():
    until("a mail to the desk", 90, lambda: "vera@blabar.example" in call("GET", "/_ministack/ses/messages")[1])
