package webhook

// shownScheme is of senders that sign nothing and show the secret in a header: Freshdesk, Gorgias, Auth0.
var shownScheme = scheme{}
