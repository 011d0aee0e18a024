-- revision 0017
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE accounts_version (
	id BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_accounts_version PRIMARY KEY (id)
);
CREATE TABLE api_keys (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	person_id TEXT, 
	parent_id TEXT, 
	name TEXT NOT NULL, 
	hint TEXT NOT NULL, 
	secret_hash BLOB NOT NULL, 
	previous_hash BLOB, 
	previous_until_ms BIGINT, 
	rights TEXT NOT NULL, 
	limits TEXT NOT NULL, 
	created_by TEXT, 
	created_at_ms BIGINT NOT NULL, 
	last_used_at_ms BIGINT, 
	revoked_at_ms BIGINT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_api_keys PRIMARY KEY (id)
);
CREATE INDEX ix_api_keys_version ON api_keys (version);
CREATE UNIQUE INDEX uq_api_keys_live_name ON api_keys (space_id, name) WHERE revoked_at_ms IS NULL;
CREATE TABLE audit_heads (
	space_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT pk_audit_heads PRIMARY KEY (space_id)
);
CREATE TABLE audit_records (
	space_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	actor_kind TEXT NOT NULL, 
	person_id TEXT, 
	key_id TEXT, 
	via TEXT NOT NULL, 
	action TEXT NOT NULL, 
	target TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	previous_hash TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT pk_audit_records PRIMARY KEY (space_id, number), 
	CONSTRAINT uq_audit_records_id UNIQUE (id)
);
CREATE INDEX ix_audit_records_space_id_action ON audit_records (space_id, action);
CREATE TABLE batch_lines (
	batch_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	custom_id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	http_status BIGINT, 
	request_id TEXT, 
	answered_at_ms BIGINT, 
	question_format SMALLINT, 
	question_cipher TEXT, 
	question_key_id TEXT, 
	question BLOB, 
	answer_format SMALLINT, 
	answer_cipher TEXT, 
	answer_key_id TEXT, 
	answer BLOB, 
	CONSTRAINT pk_batch_lines PRIMARY KEY (batch_id, number)
);
CREATE TABLE batches (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	key_id TEXT, 
	person_id TEXT, 
	protocol TEXT NOT NULL, 
	endpoint TEXT NOT NULL, 
	dialect TEXT NOT NULL, 
	status TEXT NOT NULL, 
	run_id TEXT, 
	lines BIGINT NOT NULL, 
	succeeded BIGINT NOT NULL, 
	errored BIGINT NOT NULL, 
	cancelled BIGINT NOT NULL, 
	expired BIGINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	reasoning_tokens BIGINT NOT NULL, 
	metadata TEXT NOT NULL, 
	problems TEXT NOT NULL, 
	input_file_id TEXT, 
	output_file_id TEXT, 
	error_file_id TEXT, 
	output_keep_s BIGINT, 
	created_at_ms BIGINT NOT NULL, 
	window_ends_at_ms BIGINT NOT NULL, 
	started_at_ms BIGINT, 
	cancel_asked_at_ms BIGINT, 
	finalizing_at_ms BIGINT, 
	ended_at_ms BIGINT, 
	keep_until_ms BIGINT, 
	archived_at_ms BIGINT, handed_to TEXT, kept_here TEXT, 
	CONSTRAINT pk_batches PRIMARY KEY (id)
);
CREATE INDEX ix_batches_keep_until_ms ON batches (keep_until_ms);
CREATE INDEX ix_batches_run_id ON batches (run_id);
CREATE INDEX ix_batches_space_id_protocol_id ON batches (space_id, protocol, id);
CREATE TABLE budget_leases (
	budget_id TEXT NOT NULL, 
	period_start_ms BIGINT NOT NULL, 
	process_id TEXT NOT NULL, 
	epoch BIGINT NOT NULL, 
	outstanding_e10 BIGINT NOT NULL, 
	CONSTRAINT pk_budget_leases PRIMARY KEY (budget_id, period_start_ms, process_id)
);
CREATE INDEX ix_budget_leases_process_id ON budget_leases (process_id);
CREATE TABLE budget_periods (
	budget_id TEXT NOT NULL, 
	period_start_ms BIGINT NOT NULL, 
	spent_e10 BIGINT NOT NULL, 
	leased_e10 BIGINT NOT NULL, 
	CONSTRAINT pk_budget_periods PRIMARY KEY (budget_id, period_start_ms)
);
CREATE TABLE budgets (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	key_id TEXT, 
	name TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	limit_e10 BIGINT NOT NULL, 
	period TEXT NOT NULL, 
	zone TEXT NOT NULL, 
	allows_unpriced SMALLINT NOT NULL, 
	created_by TEXT, 
	created_at_ms BIGINT NOT NULL, 
	removed_at_ms BIGINT, 
	CONSTRAINT pk_budgets PRIMARY KEY (id)
);
CREATE INDEX ix_budgets_space_id ON budgets (space_id);
CREATE TABLE events_counters (
	space_id TEXT NOT NULL, 
	last_number BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_events_counters PRIMARY KEY (space_id)
);
CREATE INDEX ix_events_counters_changed_at_ms ON events_counters (changed_at_ms);
CREATE TABLE events_cursors (
	consumer TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	CONSTRAINT pk_events_cursors PRIMARY KEY (consumer, space_id)
);
CREATE TABLE events_leases (
	consumer TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_events_leases PRIMARY KEY (consumer)
);
CREATE TABLE events_outbox (
	space_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	type TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	data TEXT NOT NULL, 
	created_by TEXT, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_events_outbox PRIMARY KEY (space_id, number), 
	CONSTRAINT uq_events_outbox_id UNIQUE (id)
);
CREATE TABLE file_blobs (
	hash TEXT NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	touched_at_ms BIGINT NOT NULL, 
	deleting_at_ms BIGINT, 
	CONSTRAINT pk_file_blobs PRIMARY KEY (hash)
);
CREATE INDEX ix_file_blobs_touched_at_ms ON file_blobs (touched_at_ms);
CREATE TABLE file_references (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	hash TEXT NOT NULL, 
	name TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	purpose TEXT NOT NULL, 
	expires_at_ms BIGINT, 
	upload_id TEXT, 
	offset_bytes BIGINT, scan TEXT, 
	CONSTRAINT pk_file_references PRIMARY KEY (id)
);
CREATE INDEX ix_file_references_expires_at_ms ON file_references (expires_at_ms);
CREATE INDEX ix_file_references_hash ON file_references (hash);
CREATE INDEX ix_file_references_space_id_id ON file_references (space_id, id);
CREATE INDEX ix_file_references_upload_id ON file_references (upload_id);
CREATE TABLE file_uploads (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	name TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	size_bytes BIGINT, 
	keep_s BIGINT, 
	received_bytes BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	status TEXT NOT NULL, 
	file_id TEXT, 
	secret_hash TEXT, 
	CONSTRAINT pk_file_uploads PRIMARY KEY (id)
);
CREATE INDEX ix_file_uploads_expires_at_ms ON file_uploads (expires_at_ms);
CREATE INDEX ix_file_uploads_space_id ON file_uploads (space_id);
CREATE TABLE file_usage (
	space_id TEXT NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	files BIGINT NOT NULL, 
	CONSTRAINT pk_file_usage PRIMARY KEY (space_id)
);
CREATE TABLE gateway_aliases (
	name TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	spec TEXT NOT NULL, 
	updated_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_gateway_aliases PRIMARY KEY (name)
);
CREATE TABLE gateway_client_secrets (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	secret_hash TEXT NOT NULL, 
	bound_to TEXT NOT NULL, 
	session_format SMALLINT NOT NULL, 
	session_cipher TEXT NOT NULL, 
	session_key_id TEXT, 
	session BLOB NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_gateway_client_secrets PRIMARY KEY (id)
);
CREATE INDEX ix_gateway_client_secrets_expires_at_ms ON gateway_client_secrets (expires_at_ms);
CREATE INDEX ix_gateway_client_secrets_secret_hash ON gateway_client_secrets (secret_hash);
CREATE TABLE gateway_idempotency (
	space_id TEXT NOT NULL, 
	key_hash TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	done BIGINT NOT NULL, 
	answer_format SMALLINT, 
	answer_cipher TEXT, 
	answer_key_id TEXT, 
	answer BLOB, 
	expires_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_gateway_idempotency PRIMARY KEY (space_id, key_hash)
);
CREATE INDEX ix_gateway_idempotency_expires_at_ms ON gateway_idempotency (expires_at_ms);
CREATE TABLE gateway_listings (
	provider TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	base_url TEXT NOT NULL, 
	listing TEXT NOT NULL, 
	fetched_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_gateway_listings PRIMARY KEY (provider)
);
CREATE TABLE gateway_prices (
	model TEXT NOT NULL, 
	starts_ms BIGINT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	price TEXT NOT NULL, 
	updated_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_gateway_prices PRIMARY KEY (model, starts_ms)
);
CREATE TABLE gateway_providers (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	enabled SMALLINT NOT NULL, 
	spec TEXT NOT NULL, 
	secret_id TEXT, 
	created_at_ms BIGINT NOT NULL, 
	updated_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_gateway_providers PRIMARY KEY (id), 
	CONSTRAINT uq_gateway_providers_name UNIQUE (name)
);
CREATE TABLE gateway_residences (
	name TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	spec TEXT NOT NULL, 
	updated_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_gateway_residences PRIMARY KEY (name)
);
CREATE TABLE gateway_secrets (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	body_format SMALLINT NOT NULL, 
	body_cipher TEXT NOT NULL, 
	body_key_id TEXT, 
	body BLOB NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_gateway_secrets PRIMARY KEY (id)
);
CREATE TABLE ledger_attempts (
	request_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	provider_id TEXT NOT NULL, 
	provider_kind TEXT NOT NULL, 
	model TEXT NOT NULL, 
	status TEXT NOT NULL, 
	http_status BIGINT, 
	error_code TEXT, 
	input_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	reasoning_tokens BIGINT NOT NULL, 
	details TEXT, 
	service TEXT, 
	cost_e10 BIGINT, 
	currency TEXT NOT NULL, 
	price_version TEXT, 
	started_at_ms BIGINT NOT NULL, 
	first_byte_ms BIGINT, 
	duration_ms BIGINT NOT NULL, 
	CONSTRAINT pk_ledger_attempts PRIMARY KEY (request_id, number)
)
 WITHOUT ROWID

;
CREATE TABLE ledger_processes (
	process_id TEXT NOT NULL, 
	epoch BIGINT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	last_batch BIGINT NOT NULL, 
	seen_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_ledger_processes PRIMARY KEY (process_id)
);
CREATE TABLE ledger_requests (
	request_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	person_id TEXT, 
	key_id TEXT, 
	dialect TEXT NOT NULL, 
	operation TEXT NOT NULL, 
	alias TEXT NOT NULL, 
	provider_id TEXT, 
	provider_kind TEXT, 
	model TEXT, 
	route TEXT, 
	decision TEXT, 
	status TEXT NOT NULL, 
	http_status BIGINT NOT NULL, 
	error_code TEXT, 
	stream BOOLEAN NOT NULL, 
	cache TEXT NOT NULL, 
	attempts BIGINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	reasoning_tokens BIGINT NOT NULL, 
	details TEXT, 
	service TEXT, 
	usage_source TEXT NOT NULL, 
	cost_e10 BIGINT, 
	currency TEXT NOT NULL, 
	price_version TEXT, 
	started_at_ms BIGINT NOT NULL, 
	first_token_ms BIGINT, 
	duration_ms BIGINT NOT NULL, 
	attempt_started_at_ms BIGINT, 
	attempt_first_byte_ms BIGINT, 
	attempt_ms BIGINT, lost TEXT, 
	CONSTRAINT pk_ledger_requests PRIMARY KEY (request_id)
);
CREATE INDEX ix_ledger_requests_space_id_started_at_ms ON ledger_requests (space_id, started_at_ms);
CREATE TABLE login_links (
	id TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	token_hash BLOB NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	used_at_ms BIGINT, 
	CONSTRAINT pk_login_links PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_login_links_token_hash ON login_links (token_hash);
CREATE TABLE payload_rules (
	space_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created_by TEXT, 
	spec TEXT NOT NULL, 
	updated_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_payload_rules PRIMARY KEY (space_id, name)
);
CREATE TABLE payloads (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	key_id TEXT, 
	person_id TEXT, 
	rules TEXT NOT NULL, 
	dialect TEXT NOT NULL, 
	operation TEXT NOT NULL, 
	alias TEXT NOT NULL, 
	route TEXT, 
	http_status BIGINT NOT NULL, 
	error_code TEXT, 
	stream SMALLINT NOT NULL, 
	started_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	redactions BIGINT NOT NULL, 
	cut SMALLINT NOT NULL, 
	request_format SMALLINT NOT NULL, 
	request_cipher TEXT NOT NULL, 
	request_key_id TEXT, 
	request BLOB NOT NULL, 
	response_format SMALLINT NOT NULL, 
	response_cipher TEXT NOT NULL, 
	response_key_id TEXT, 
	response BLOB NOT NULL, 
	CONSTRAINT pk_payloads PRIMARY KEY (id)
);
CREATE INDEX ix_payloads_expires_at_ms ON payloads (expires_at_ms);
CREATE INDEX ix_payloads_space_id_started_at_ms_id ON payloads (space_id, started_at_ms, id);
CREATE TABLE people (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	created_by TEXT, 
	created_at_ms BIGINT NOT NULL, 
	suspended_at_ms BIGINT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_people PRIMARY KEY (id)
);
CREATE TABLE run_epochs (
	run_id TEXT NOT NULL, 
	epoch INTEGER NOT NULL, 
	base_number BIGINT NOT NULL, 
	owner TEXT NOT NULL, 
	started_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_run_epochs PRIMARY KEY (run_id, epoch)
);
CREATE TABLE run_log (
	run_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	epoch INTEGER NOT NULL, 
	type TEXT NOT NULL, 
	is_delta SMALLINT NOT NULL, 
	body_format SMALLINT NOT NULL, 
	body_cipher TEXT NOT NULL, 
	body_key_id TEXT, 
	body BLOB NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_run_log PRIMARY KEY (run_id, number)
);
CREATE TABLE run_steps (
	run_id TEXT NOT NULL, 
	path TEXT NOT NULL, 
	epoch INTEGER NOT NULL, 
	result_format SMALLINT NOT NULL, 
	result_cipher TEXT NOT NULL, 
	result_key_id TEXT, 
	result BLOB NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_run_steps PRIMARY KEY (run_id, path)
);
CREATE TABLE runs (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	kind TEXT NOT NULL, 
	status TEXT NOT NULL, 
	data TEXT NOT NULL, 
	epoch INTEGER NOT NULL, 
	owner TEXT NOT NULL, 
	lease_expires_at_ms BIGINT NOT NULL, 
	last_number BIGINT NOT NULL, 
	stop_requested SMALLINT NOT NULL, 
	compacted SMALLINT NOT NULL, 
	started_at_ms BIGINT NOT NULL, 
	ended_at_ms BIGINT, 
	CONSTRAINT pk_runs PRIMARY KEY (id)
);
CREATE INDEX ix_runs_space_id_started_at_ms ON runs (space_id, started_at_ms);
CREATE INDEX ix_runs_status_lease_expires_at_ms ON runs (status, lease_expires_at_ms);
CREATE TABLE schema_revisions (
	revision TEXT NOT NULL, 
	oldest_reader TEXT NOT NULL, 
	applied_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_schema_revisions PRIMARY KEY (revision)
);
CREATE TABLE sessions (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	secret_hash BLOB NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	ended_at_ms BIGINT, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (id)
);
CREATE INDEX ix_sessions_version ON sessions (version);
CREATE TABLE spaces (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created_by TEXT, 
	created_at_ms BIGINT NOT NULL, 
	archived_at_ms BIGINT, 
	CONSTRAINT pk_spaces PRIMARY KEY (id)
);
CREATE TABLE batch_parts (
	batch_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	token TEXT NOT NULL, 
	state TEXT NOT NULL, 
	first_line BIGINT NOT NULL, 
	last_line BIGINT NOT NULL, 
	lines BIGINT NOT NULL, 
	held_e10 BIGINT NOT NULL, 
	file_id TEXT, 
	remote_id TEXT, 
	sent_at_ms BIGINT, 
	problem TEXT, 
	CONSTRAINT pk_batch_parts PRIMARY KEY (batch_id, number)
);
CREATE INDEX ix_batches_space_id_ended_at_ms ON batches (space_id, ended_at_ms);
CREATE TABLE conversation_acts (
	space_id TEXT NOT NULL, 
	client_id TEXT NOT NULL, 
	created_by TEXT, 
	fingerprint TEXT NOT NULL, 
	result TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_acts PRIMARY KEY (space_id, client_id)
);
CREATE INDEX ix_conversation_acts_created_at_ms ON conversation_acts (created_at_ms);
CREATE TABLE conversation_branch_moves (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	conversation_id TEXT NOT NULL, 
	branch_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	from_id TEXT, 
	to_id TEXT, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_branch_moves PRIMARY KEY (id)
);
CREATE INDEX ix_conversation_branch_moves_branch_id ON conversation_branch_moves (branch_id, id);
CREATE TABLE conversation_branches (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	conversation_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	head_id TEXT, 
	pinned_at_ms BIGINT, 
	deleted_at_ms BIGINT, 
	version BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, archived_at_ms BIGINT, hidden_at_ms BIGINT, 
	CONSTRAINT pk_conversation_branches PRIMARY KEY (id)
);
CREATE INDEX ix_conversation_branches_conversation_id ON conversation_branches (conversation_id, id);
CREATE INDEX ix_conversation_branches_head_id ON conversation_branches (head_id);
CREATE TABLE conversation_participants (
	conversation_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	participant_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	joined_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_participants PRIMARY KEY (conversation_id, kind, participant_id)
);
CREATE TABLE conversations (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	kind TEXT NOT NULL, 
	title TEXT NOT NULL, 
	title_by TEXT NOT NULL, 
	sources TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	branch_id TEXT, 
	folder_id TEXT, 
	origin TEXT, 
	pinned_at_ms BIGINT, 
	archived_at_ms BIGINT, 
	hidden_at_ms BIGINT, 
	deleted_at_ms BIGINT, 
	version BIGINT NOT NULL, 
	messages BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversations PRIMARY KEY (id)
);
CREATE INDEX ix_conversations_deleted_at_ms ON conversations (deleted_at_ms);
CREATE INDEX ix_conversations_space_id_changed_at_ms ON conversations (space_id, changed_at_ms, id);
CREATE INDEX ix_conversations_space_id_folder_id ON conversations (space_id, folder_id);
CREATE UNIQUE INDEX ux_conversations_space_id_origin ON conversations (space_id, origin);
CREATE TABLE message_answers (
	message_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	conversation_id TEXT NOT NULL, 
	run_id TEXT, 
	model TEXT NOT NULL, 
	route TEXT, 
	finish TEXT, 
	asked_format SMALLINT NOT NULL, 
	asked_cipher TEXT NOT NULL, 
	asked_key_id TEXT, 
	asked BLOB NOT NULL, 
	steps TEXT NOT NULL, 
	input_tokens BIGINT, 
	output_tokens BIGINT, 
	cost_e10 BIGINT, 
	currency TEXT, 
	started_at_ms BIGINT NOT NULL, 
	first_token_at_ms BIGINT, 
	ended_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_message_answers PRIMARY KEY (message_id)
);
CREATE INDEX ix_message_answers_conversation_id ON message_answers (conversation_id);
CREATE TABLE message_sources (
	message_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	space_id TEXT NOT NULL, 
	conversation_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	source_conversation_id TEXT NOT NULL, 
	CONSTRAINT pk_message_sources PRIMARY KEY (message_id, position)
);
CREATE INDEX ix_message_sources_source_id ON message_sources (source_id);
CREATE TABLE messages (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	conversation_id TEXT NOT NULL, 
	parent_id TEXT, 
	depth BIGINT NOT NULL, 
	role TEXT NOT NULL, 
	author_kind TEXT NOT NULL, 
	author_id TEXT, 
	author_name TEXT, 
	status TEXT NOT NULL, 
	body_format SMALLINT, 
	body_cipher TEXT, 
	body_key_id TEXT, 
	body BLOB, 
	size_bytes BIGINT NOT NULL, 
	tokens BIGINT NOT NULL, 
	run_id TEXT, 
	origin TEXT, 
	pinned_at_ms BIGINT, 
	excluded_at_ms BIGINT, 
	hidden_at_ms BIGINT, 
	deleted_at_ms BIGINT, 
	created_at_ms BIGINT NOT NULL, archived_at_ms BIGINT, 
	CONSTRAINT pk_messages PRIMARY KEY (id)
);
CREATE INDEX ix_messages_conversation_id ON messages (conversation_id, id);
CREATE INDEX ix_messages_deleted_at_ms ON messages (deleted_at_ms);
CREATE INDEX ix_messages_parent_id ON messages (parent_id);
CREATE TABLE file_derivatives (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	form TEXT NOT NULL, 
	hash TEXT, 
	media_type TEXT NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	details TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_file_derivatives PRIMARY KEY (id)
);
CREATE INDEX ix_file_derivatives_hash ON file_derivatives (hash);
CREATE UNIQUE INDEX ux_file_derivatives_source_id_kind_form ON file_derivatives (source_id, kind, form);
CREATE TABLE share_files (
	revision_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	place BIGINT NOT NULL, 
	space_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	file_id TEXT NOT NULL, 
	CONSTRAINT pk_share_files PRIMARY KEY (revision_id, position, place)
);
CREATE INDEX ix_share_files_message_id ON share_files (message_id);
CREATE TABLE share_messages (
	revision_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	space_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	parent BIGINT, 
	CONSTRAINT pk_share_messages PRIMARY KEY (revision_id, position)
);
CREATE INDEX ix_share_messages_message_id ON share_messages (message_id);
CREATE TABLE share_revisions (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	share_id TEXT NOT NULL, 
	conversation_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	title TEXT NOT NULL, 
	sources TEXT NOT NULL, 
	lines TEXT NOT NULL, 
	messages BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_share_revisions PRIMARY KEY (id)
);
CREATE INDEX ix_share_revisions_share_id ON share_revisions (share_id);
CREATE TABLE shares (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	conversation_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	token_hash TEXT NOT NULL, 
	revision_id TEXT NOT NULL, 
	revisions BIGINT NOT NULL, 
	expires_at_ms BIGINT, 
	revoked_at_ms BIGINT, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_shares PRIMARY KEY (id)
);
CREATE INDEX ix_shares_conversation_id ON shares (conversation_id);
CREATE INDEX ix_shares_space_id_id ON shares (space_id, id);
CREATE UNIQUE INDEX ux_shares_token_hash ON shares (token_hash);
CREATE TABLE conversation_erasures (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	kind TEXT NOT NULL, 
	target_id TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_erasures PRIMARY KEY (id)
);
CREATE INDEX ix_conversation_erasures_created_at_ms ON conversation_erasures (created_at_ms);
CREATE INDEX ix_conversation_erasures_target_id ON conversation_erasures (target_id);
CREATE INDEX ix_runs_compacted_ended_at_ms ON runs (compacted, ended_at_ms);
CREATE INDEX ix_runs_space_id_id ON runs (space_id, id);
CREATE TABLE conversation_folders (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	parent_id TEXT, 
	name TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_folders PRIMARY KEY (id)
);
CREATE INDEX ix_conversation_folders_space_id ON conversation_folders (space_id, parent_id);
CREATE TABLE conversation_reads (
	reader TEXT NOT NULL, 
	conversation_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	read_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_reads PRIMARY KEY (reader, conversation_id)
);
CREATE INDEX ix_conversation_reads_conversation_id ON conversation_reads (conversation_id);
CREATE TABLE conversation_tagged (
	conversation_id TEXT NOT NULL, 
	tag_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_tagged PRIMARY KEY (conversation_id, tag_id)
);
CREATE INDEX ix_conversation_tagged_tag_id ON conversation_tagged (tag_id, conversation_id);
CREATE TABLE conversation_tags (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	name TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_tags PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_conversation_tags_space_id_folded ON conversation_tags (space_id, folded);
CREATE TABLE conversation_templates (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	name TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	messages_format SMALLINT NOT NULL, 
	messages_cipher TEXT NOT NULL, 
	messages_key_id TEXT, 
	messages BLOB NOT NULL, 
	version BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_templates PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_conversation_templates_space_id_folded ON conversation_templates (space_id, folded);
CREATE TABLE conversation_undos (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	act TEXT NOT NULL, 
	changes TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	undone_at_ms BIGINT, 
	CONSTRAINT pk_conversation_undos PRIMARY KEY (id)
);
CREATE INDEX ix_conversation_undos_expires_at_ms ON conversation_undos (expires_at_ms);
CREATE TABLE prompt_versions (
	prompt_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	body_format SMALLINT NOT NULL, 
	body_cipher TEXT NOT NULL, 
	body_key_id TEXT, 
	body BLOB NOT NULL, 
	variables TEXT NOT NULL, 
	note TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_prompt_versions PRIMARY KEY (prompt_id, number)
);
CREATE TABLE prompts (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	name TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	description TEXT NOT NULL, 
	live BIGINT NOT NULL, 
	latest BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_prompts PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_prompts_space_id_folded ON prompts (space_id, folded);
CREATE TABLE search_messages (
	number BIGINT NOT NULL, 
	message_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	conversation_id TEXT NOT NULL, 
	CONSTRAINT pk_search_messages PRIMARY KEY (number)
);
CREATE INDEX ix_search_messages_conversation_id ON search_messages (conversation_id);
CREATE UNIQUE INDEX ux_search_messages_message_id ON search_messages (message_id);
CREATE TABLE search_queue (
	message_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	bulk SMALLINT NOT NULL, 
	CONSTRAINT pk_search_queue PRIMARY KEY (message_id)
);
CREATE INDEX ix_search_queue_bulk ON search_queue (bulk, message_id);
CREATE TABLE search_state (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_search_state PRIMARY KEY (name)
);
CREATE TABLE search_titles (
	space_id TEXT NOT NULL, 
	word BLOB NOT NULL, 
	conversation_id TEXT NOT NULL, 
	CONSTRAINT pk_search_titles PRIMARY KEY (space_id, word, conversation_id)
);
CREATE INDEX ix_search_titles_conversation_id ON search_titles (conversation_id);
CREATE TABLE conversation_defaults (
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	settings TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_defaults PRIMARY KEY (space_id)
);
CREATE TABLE conversation_queue (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	conversation_id TEXT NOT NULL, 
	branch_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	status TEXT NOT NULL, 
	problem TEXT, 
	body_format SMALLINT NOT NULL, 
	body_cipher TEXT NOT NULL, 
	body_key_id TEXT, 
	body BLOB NOT NULL, 
	version BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_queue PRIMARY KEY (id)
);
CREATE INDEX ix_conversation_queue_branch_id_position ON conversation_queue (branch_id, position);
CREATE INDEX ix_conversation_queue_conversation_id ON conversation_queue (conversation_id);
CREATE TABLE conversation_titles (
	conversation_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	model TEXT NOT NULL, 
	request_id TEXT, 
	asked_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_conversation_titles PRIMARY KEY (conversation_id)
);
CREATE TABLE conversation_turns (
	run_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	conversation_id TEXT NOT NULL, 
	branch_id TEXT NOT NULL, 
	parent_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	expected_head_id TEXT, 
	started_at_ms BIGINT NOT NULL, said_format SMALLINT, said_cipher TEXT, said_key_id TEXT, said BLOB, 
	CONSTRAINT pk_conversation_turns PRIMARY KEY (run_id)
);
CREATE INDEX ix_conversation_turns_branch_id ON conversation_turns (branch_id);
CREATE INDEX ix_conversation_turns_conversation_id ON conversation_turns (conversation_id);
CREATE INDEX ix_conversation_turns_started_at_ms ON conversation_turns (started_at_ms);
CREATE TABLE conversation_import_entries (
	import_id TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	space_id TEXT NOT NULL, 
	place TEXT NOT NULL, 
	title TEXT NOT NULL, 
	origin TEXT, 
	conversation_id TEXT, 
	outcome TEXT NOT NULL, 
	read BIGINT NOT NULL, 
	added BIGINT NOT NULL, 
	known BIGINT NOT NULL, 
	files BIGINT NOT NULL, 
	notes TEXT NOT NULL, 
	problem TEXT NOT NULL, 
	CONSTRAINT pk_conversation_import_entries PRIMARY KEY (import_id, number)
);
CREATE INDEX ix_conversation_import_entries_conversation_id ON conversation_import_entries (conversation_id);
CREATE TABLE conversation_imports (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	run_id TEXT NOT NULL, 
	file_id TEXT NOT NULL, 
	filename TEXT NOT NULL, 
	keeps_file SMALLINT NOT NULL, 
	asked_format TEXT, 
	programs TEXT NOT NULL, 
	is_dry_run SMALLINT NOT NULL, 
	status TEXT NOT NULL, 
	totals TEXT NOT NULL, 
	notes TEXT NOT NULL, 
	problem TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	ended_at_ms BIGINT, 
	CONSTRAINT pk_conversation_imports PRIMARY KEY (id)
);
CREATE INDEX ix_conversation_imports_space_id ON conversation_imports (space_id, id);
CREATE UNIQUE INDEX ux_conversation_imports_run_id ON conversation_imports (run_id);
CREATE TABLE stored_responses (
	id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_by TEXT, 
	conversation_id TEXT NOT NULL, 
	previous_id TEXT, 
	asked_id TEXT, 
	message_id TEXT, 
	is_background SMALLINT NOT NULL, 
	run_id TEXT, 
	status TEXT NOT NULL, 
	body_format SMALLINT NOT NULL, 
	body_cipher TEXT NOT NULL, 
	body_key_id TEXT, 
	body BLOB NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT, 
	CONSTRAINT pk_stored_responses PRIMARY KEY (id)
);
CREATE INDEX ix_stored_responses_asked_id ON stored_responses (asked_id);
CREATE INDEX ix_stored_responses_expires_at_ms ON stored_responses (expires_at_ms);
CREATE INDEX ix_stored_responses_message_id ON stored_responses (message_id);
CREATE INDEX ix_stored_responses_run_id ON stored_responses (run_id);
CREATE INDEX ix_stored_responses_space_id_id ON stored_responses (space_id, id);
CREATE INDEX ix_messages_first ON messages (conversation_id, id) WHERE parent_id IS NULL;
CREATE TABLE message_files (
	message_id TEXT NOT NULL, 
	file_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	CONSTRAINT pk_message_files PRIMARY KEY (message_id, file_id)
);
CREATE INDEX ix_message_files_file_id ON message_files (file_id);
CREATE TABLE stored_response_items (
	response_id TEXT NOT NULL, 
	item_id TEXT NOT NULL, 
	space_id TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	CONSTRAINT pk_stored_response_items PRIMARY KEY (response_id, item_id)
);
CREATE INDEX ix_stored_response_items_item_id ON stored_response_items (item_id);
CREATE TABLE ledger_late (
	space_id TEXT NOT NULL, 
	started_at_ms BIGINT NOT NULL, 
	request_id TEXT NOT NULL, 
	CONSTRAINT pk_ledger_late PRIMARY KEY (space_id, started_at_ms, request_id)
)
 WITHOUT ROWID

;
CREATE TABLE ledger_marks (
	name TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	owner TEXT, 
	owned_until_ms BIGINT, 
	CONSTRAINT pk_ledger_marks PRIMARY KEY (name)
);
CREATE TABLE ledger_sums (
	space_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	span_ms BIGINT NOT NULL, 
	start_ms BIGINT NOT NULL, 
	value TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	requests BIGINT NOT NULL, 
	errors BIGINT NOT NULL, 
	cancelled BIGINT NOT NULL, 
	attempts BIGINT NOT NULL, 
	cache_hits BIGINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	reasoning_tokens BIGINT NOT NULL, 
	cost_e10 BIGINT NOT NULL, 
	unpriced BIGINT NOT NULL, 
	duration_sum_ms BIGINT NOT NULL, 
	first_tokens BIGINT NOT NULL, 
	first_token_sum_ms BIGINT NOT NULL, 
	rare TEXT, 
	duration_histogram BLOB, 
	first_token_histogram BLOB, 
	CONSTRAINT pk_ledger_sums PRIMARY KEY (space_id, kind, span_ms, start_ms, value, currency)
)
 WITHOUT ROWID

;
INSERT INTO alembic_version (version_num) VALUES ('0017');
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0001', '0001', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0002', '0001', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0003', '0002', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0004', '0003', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0005', '0004', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0006', '0005', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0007', '0006', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0008', '0007', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0009', '0008', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0010', '0009', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0011', '0010', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0012', '0011', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0013', '0012', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0014', '0013', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0015', '0014', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0016', '0015', :now_ms);
INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('0017', '0016', :now_ms);
