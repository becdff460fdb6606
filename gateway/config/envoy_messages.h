// The messages of Envoy's API (v3, Envoy 1.40) that the reader enters, with all the fields Envoy has there: a field
// that is listed but that no reader asks for is refused as "not supported", any other as unknown.
#pragma once

#include "gateway/config/message_reader.h"

namespace minato::gateway::config {

inline constexpr EnvoyMessage kBootstrap = {
    "envoy.config.bootstrap.v3.Bootstrap",
    "node node_context_params static_resources dynamic_resources cluster_manager hds_config flags_path "
    "stats_sinks deferred_stat_options stats_config stats_flush_interval stats_flush_on_admin "
    "stats_eviction_interval watchdog watchdogs tracing layered_runtime admin overload_manager "
    "enable_dispatcher_stats header_prefix stats_server_version_override use_tcp_for_dns_lookups "
    "dns_resolution_config typed_dns_resolver_config bootstrap_extensions fatal_actions config_sources "
    "default_config_source default_socket_interface certificate_provider_instances inline_headers "
    "perf_tracing_file_path default_regex_engine xds_delegate_extension xds_config_tracker_extension "
    "listener_manager application_log_config grpc_async_client_manager_config memory_allocator_manager "
    "enable_worker_cpu_affinity"};
inline constexpr EnvoyMessage kStaticResources = {
    "envoy.config.bootstrap.v3.Bootstrap.StaticResources",
    "listeners clusters secrets"};
inline constexpr EnvoyMessage kAdmin = {
    "envoy.config.bootstrap.v3.Admin",
    "access_log access_log_path profile_path address socket_options ignore_global_conn_limit allow_paths"};
inline constexpr EnvoyMessage kListener = {
    "envoy.config.listener.v3.Listener",
    "name address additional_addresses stat_prefix filter_chains fcds_config filter_chain_matcher "
    "use_original_dst default_filter_chain per_connection_buffer_limit_bytes metadata deprecated_v1 "
    "drain_type listener_filters listener_filters_timeout continue_on_listener_filters_timeout "
    "transparent freebind socket_options tcp_fast_open_queue_length traffic_direction "
    "udp_listener_config api_listener connection_balance_config reuse_port enable_reuse_port access_log "
    "tcp_backlog_size max_connections_to_accept_per_socket_event bind_to_port internal_listener "
    "enable_mptcp ignore_global_conn_limit bypass_overload_manager tcp_keepalive stats_matcher "
    "per_connection_buffer_high_watermark_timeout",
    "use_original_dst per_connection_buffer_limit_bytes transparent freebind tcp_fast_open_queue_length "
    "enable_reuse_port tcp_backlog_size max_connections_to_accept_per_socket_event bind_to_port"};
inline constexpr EnvoyMessage kFilter = {
    "envoy.config.listener.v3.Filter",
    "name typed_config config_discovery"};
inline constexpr EnvoyMessage kFilterChainMatch = {
    "envoy.config.listener.v3.FilterChainMatch",
    "destination_port prefix_ranges address_suffix suffix_len direct_source_prefix_ranges source_type "
    "source_prefix_ranges source_ports server_names transport_protocol application_protocols",
    "destination_port suffix_len"};
inline constexpr EnvoyMessage kFilterChain = {
    "envoy.config.listener.v3.FilterChain",
    "filter_chain_match filters use_proxy_proto metadata transport_socket "
    "transport_socket_connect_timeout name",
    "use_proxy_proto"};
inline constexpr EnvoyMessage kListenerFilter = {
    "envoy.config.listener.v3.ListenerFilter",
    "name typed_config config_discovery filter_disabled"};
inline constexpr EnvoyMessage kAddress = {
    "envoy.config.core.v3.Address",
    "socket_address pipe envoy_internal_address"};
inline constexpr EnvoyMessage kSocketAddress = {
    "envoy.config.core.v3.SocketAddress",
    "protocol address port_value named_port resolver_name ipv4_compat network_namespace_filepath"};
inline constexpr EnvoyMessage kDataSource = {
    "envoy.config.core.v3.DataSource",
    "filename inline_bytes inline_string environment_variable watched_directory"};
inline constexpr EnvoyMessage kTransportSocket = {
    "envoy.config.core.v3.TransportSocket",
    "name typed_config"};
inline constexpr EnvoyMessage kHeaderValueOption = {
    "envoy.config.core.v3.HeaderValueOption",
    "header append append_action keep_empty_value",
    "append"};
inline constexpr EnvoyMessage kHeaderValue = {
    "envoy.config.core.v3.HeaderValue",
    "key value raw_value"};
inline constexpr EnvoyMessage kCommonHttpProtocolOptions = {
    "envoy.config.core.v3.HttpProtocolOptions",
    "idle_timeout max_connection_duration max_headers_count max_response_headers_kb max_stream_duration "
    "headers_with_underscores_action max_requests_per_connection max_connection_duration_jitter",
    "max_headers_count max_response_headers_kb max_requests_per_connection"};
inline constexpr EnvoyMessage kHttp1ProtocolOptions = {
    "envoy.config.core.v3.Http1ProtocolOptions",
    "allow_absolute_url accept_http_10 default_host_for_http_10 header_key_format enable_trailers "
    "allow_chunked_length override_stream_error_on_invalid_http_message send_fully_qualified_url "
    "use_balsa_parser allow_custom_methods ignore_http_11_upgrade",
    "allow_absolute_url override_stream_error_on_invalid_http_message use_balsa_parser"};
inline constexpr EnvoyMessage kHttp2ProtocolOptions = {
    "envoy.config.core.v3.Http2ProtocolOptions",
    "hpack_table_size max_concurrent_streams initial_stream_window_size initial_connection_window_size "
    "allow_connect allow_metadata max_outbound_frames max_outbound_control_frames "
    "max_consecutive_inbound_frames_with_empty_payload max_inbound_priority_frames_per_stream "
    "max_inbound_window_update_frames_per_data_frame_sent stream_error_on_invalid_http_messaging "
    "override_stream_error_on_invalid_http_message custom_settings_parameters connection_keepalive "
    "use_oghttp2_codec max_metadata_size enable_huffman_encoding max_header_field_size_kb "
    "disallow_obs_text stream_reset_burst stream_reset_rate",
    "hpack_table_size max_concurrent_streams initial_stream_window_size initial_connection_window_size "
    "max_outbound_frames max_outbound_control_frames max_consecutive_inbound_frames_with_empty_payload "
    "max_inbound_priority_frames_per_stream max_inbound_window_update_frames_per_data_frame_sent "
    "override_stream_error_on_invalid_http_message use_oghttp2_codec enable_huffman_encoding "
    "max_header_field_size_kb disallow_obs_text"};
inline constexpr EnvoyMessage kHttpConnectionManager = {
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    "codec_type stat_prefix rds route_config scoped_routes http_filters add_user_agent tracing "
    "common_http_protocol_options http1_safe_max_connection_duration http_protocol_options "
    "http2_protocol_options http3_protocol_options server_name server_header_transformation "
    "scheme_header_transformation max_request_headers_kb stream_idle_timeout stream_flush_timeout "
    "request_timeout request_headers_timeout drain_timeout delayed_close_timeout access_log "
    "access_log_flush_interval flush_access_log_on_new_request access_log_options use_remote_address "
    "xff_num_trusted_hops original_ip_detection_extensions early_header_mutation_extensions "
    "internal_address_config skip_xff_append via generate_request_id preserve_external_request_id "
    "always_set_request_id_in_response forward_client_cert_details set_current_client_cert_details "
    "forward_client_cert_matcher proxy_100_continue represent_ipv4_remote_address_as_ipv4_mapped_ipv6 "
    "upgrade_configs normalize_path merge_slashes path_with_escaped_slashes_action request_id_extension "
    "local_reply_config strip_matching_host_port strip_any_host_port "
    "stream_error_on_invalid_http_message path_normalization_options strip_trailing_host_dot "
    "proxy_status_config typed_header_validation_config append_x_forwarded_port append_local_overload "
    "add_proxy_protocol_connection_state forward_proto_config drain_timeout_jitter "
    "record_route_resolution_stats",
    "add_user_agent max_request_headers_kb use_remote_address generate_request_id normalize_path "
    "stream_error_on_invalid_http_message add_proxy_protocol_connection_state"};
inline constexpr EnvoyMessage kHttpFilter = {
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
    "name typed_config config_discovery is_optional disabled"};
inline constexpr EnvoyMessage kRouteConfiguration = {
    "envoy.config.route.v3.RouteConfiguration",
    "name virtual_hosts vhds internal_only_headers response_headers_to_add response_headers_to_remove "
    "request_headers_to_add request_headers_to_remove most_specific_header_mutations_wins "
    "validate_clusters max_direct_response_body_size_bytes cluster_specifier_plugins "
    "request_mirror_policies ignore_port_in_host_matching vhost_header "
    "ignore_path_parameters_in_path_matching typed_per_filter_config metadata route_specifiers"};
inline constexpr EnvoyMessage kVirtualHost = {
    "envoy.config.route.v3.VirtualHost",
    "name domains routes matcher require_tls virtual_clusters rate_limits request_headers_to_add "
    "request_headers_to_remove response_headers_to_add response_headers_to_remove cors "
    "typed_per_filter_config include_request_attempt_count include_attempt_count_in_response "
    "retry_policy retry_policy_typed_config hedge_policy include_is_timeout_retry_header "
    "per_request_buffer_limit_bytes request_body_buffer_limit request_mirror_policies metadata "
    "route_specifiers"};
inline constexpr EnvoyMessage kRoute = {
    "envoy.config.route.v3.Route",
    "name match route redirect direct_response filter_action non_forwarding_action metadata decorator "
    "typed_per_filter_config request_headers_to_add request_headers_to_remove response_headers_to_add "
    "response_headers_to_remove tracing per_request_buffer_limit_bytes stat_prefix "
    "request_body_buffer_limit route_specifiers"};
inline constexpr EnvoyMessage kRouteMatch = {
    "envoy.config.route.v3.RouteMatch",
    "prefix path safe_regex connect_matcher path_separated_prefix path_match_policy case_sensitive "
    "runtime_fraction headers query_parameters cookies grpc tls_context dynamic_metadata filter_state",
    "case_sensitive"};
inline constexpr EnvoyMessage kGrpcRouteMatchOptions = {
    "envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions",
    ""};
inline constexpr EnvoyMessage kCorsPolicy = {
    "envoy.config.route.v3.CorsPolicy",
    "allow_origin_string_match allow_methods allow_headers expose_headers max_age allow_credentials "
    "filter_enabled shadow_enabled allow_private_network_access forward_not_matching_preflights",
    "allow_credentials allow_private_network_access forward_not_matching_preflights"};
inline constexpr EnvoyMessage kRouteAction = {
    "envoy.config.route.v3.RouteAction",
    "cluster cluster_header weighted_clusters cluster_specifier_plugin inline_cluster_specifier_plugin "
    "cluster_not_found_response_code metadata_match prefix_rewrite regex_rewrite path_rewrite_policy "
    "path_rewrite host_rewrite_literal auto_host_rewrite host_rewrite_header host_rewrite_path_regex "
    "host_rewrite append_x_forwarded_host timeout idle_timeout flush_timeout early_data_policy "
    "retry_policy retry_policy_typed_config request_mirror_policies priority rate_limits "
    "include_vh_rate_limits hash_policy cors max_grpc_timeout grpc_timeout_offset upgrade_configs "
    "internal_redirect_policy internal_redirect_action max_internal_redirects hedge_policy "
    "max_stream_duration"};
inline constexpr EnvoyMessage kMaxStreamDuration = {
    "envoy.config.route.v3.RouteAction.MaxStreamDuration",
    "max_stream_duration grpc_timeout_header_max grpc_timeout_header_offset"};
inline constexpr EnvoyMessage kWeightedCluster = {
    "envoy.config.route.v3.WeightedCluster",
    "clusters total_weight runtime_key_prefix header_name use_hash_policy",
    "total_weight use_hash_policy"};
inline constexpr EnvoyMessage kClusterWeight = {
    "envoy.config.route.v3.WeightedCluster.ClusterWeight",
    "name cluster_header weight metadata_match request_headers_to_add request_headers_to_remove "
    "response_headers_to_add response_headers_to_remove typed_per_filter_config host_rewrite_literal",
    "weight"};
inline constexpr EnvoyMessage kRetryPolicy = {
    "envoy.config.route.v3.RetryPolicy",
    "retry_on num_retries per_try_timeout per_try_idle_timeout retry_priority retry_host_predicate "
    "retry_options_predicates host_selection_retry_max_attempts retriable_status_codes retry_back_off "
    "rate_limited_retry_back_off retriable_headers retriable_request_headers refresh_cluster_on_retry",
    "num_retries"};
inline constexpr EnvoyMessage kRetryBackOff = {
    "envoy.config.route.v3.RetryPolicy.RetryBackOff",
    "base_interval max_interval"};
inline constexpr EnvoyMessage kRedirectAction = {
    "envoy.config.route.v3.RedirectAction",
    "https_redirect scheme_redirect host_redirect port_redirect path_redirect prefix_rewrite regex_rewrite "
    "response_code strip_query"};
inline constexpr EnvoyMessage kDirectResponseAction = {
    "envoy.config.route.v3.DirectResponseAction",
    "status body body_format"};
inline constexpr EnvoyMessage kHeaderMatcher = {
    "envoy.config.route.v3.HeaderMatcher",
    "name exact_match safe_regex_match range_match present_match prefix_match suffix_match contains_match "
    "string_match invert_match treat_missing_header_as_empty"};
inline constexpr EnvoyMessage kQueryParameterMatcher = {
    "envoy.config.route.v3.QueryParameterMatcher",
    "name string_match present_match"};
inline constexpr EnvoyMessage kFilterConfig = {
    "envoy.config.route.v3.FilterConfig",
    "config is_optional disabled"};
inline constexpr EnvoyMessage kStringMatcher = {
    "envoy.type.matcher.v3.StringMatcher",
    "exact prefix suffix safe_regex contains custom ignore_case"};
inline constexpr EnvoyMessage kRegexMatcher = {
    "envoy.type.matcher.v3.RegexMatcher",
    "google_re2 regex"};
inline constexpr EnvoyMessage kGoogleRE2 = {
    "envoy.type.matcher.v3.RegexMatcher.GoogleRE2",
    "max_program_size",
    "max_program_size"};
inline constexpr EnvoyMessage kGrpcJsonTranscoder = {
    "envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
    "proto_descriptor proto_descriptor_bin services print_options match_incoming_request_route "
    "ignored_query_parameters auto_mapping ignore_unknown_query_parameters convert_grpc_status "
    "url_unescape_spec query_param_unescape_plus match_unregistered_custom_verb "
    "request_validation_options case_insensitive_enum_parsing max_request_body_size "
    "max_response_body_size capture_unknown_query_parameters",
    "max_request_body_size max_response_body_size"};
inline constexpr EnvoyMessage kPrintOptions = {
    "envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder.PrintOptions",
    "add_whitespace always_print_primitive_fields always_print_enums_as_ints preserve_proto_field_names "
    "stream_newline_delimited stream_sse_style_delimited"};
inline constexpr EnvoyMessage kRequestValidationOptions = {
    "envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder.RequestValidationOptions",
    "reject_unknown_method reject_unknown_query_parameters reject_binding_body_field_collisions"};
inline constexpr EnvoyMessage kCorsFilter = {
    "envoy.extensions.filters.http.cors.v3.Cors",
    ""};
inline constexpr EnvoyMessage kCorsFilterPolicy = {
    "envoy.extensions.filters.http.cors.v3.CorsPolicy",
    "allow_origin_string_match allow_methods allow_headers expose_headers max_age allow_credentials "
    "filter_enabled shadow_enabled allow_private_network_access forward_not_matching_preflights",
    "allow_credentials allow_private_network_access forward_not_matching_preflights"};
inline constexpr EnvoyMessage kGrpcWeb = {
    "envoy.extensions.filters.http.grpc_web.v3.GrpcWeb",
    ""};
inline constexpr EnvoyMessage kHealthCheckFilter = {
    "envoy.extensions.filters.http.health_check.v3.HealthCheck",
    "pass_through_mode cache_time cluster_min_healthy_percentages headers",
    "pass_through_mode"};
inline constexpr EnvoyMessage kRouter = {
    "envoy.extensions.filters.http.router.v3.Router",
    "dynamic_stats start_child_span upstream_log upstream_log_options suppress_envoy_headers "
    "strict_check_headers respect_expected_rq_timeout suppress_grpc_request_failure_code_stats "
    "upstream_http_filters reject_connect_request_early_data",
    "dynamic_stats reject_connect_request_early_data"};
inline constexpr EnvoyMessage kTlsInspector = {
    "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
    "enable_ja3_fingerprinting enable_ja4_fingerprinting initial_read_buffer_size "
    "close_connection_on_client_hello_parsing_errors max_client_hello_size",
    "enable_ja3_fingerprinting enable_ja4_fingerprinting initial_read_buffer_size max_client_hello_size"};
inline constexpr EnvoyMessage kDownstreamTlsContext = {
    "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
    "common_tls_context require_client_certificate require_sni session_ticket_keys "
    "session_ticket_keys_sds_secret_config disable_stateless_session_resumption "
    "disable_stateful_session_resumption session_timeout ocsp_staple_policy "
    "full_scan_certs_on_sni_mismatch prefer_client_ciphers",
    "require_client_certificate require_sni full_scan_certs_on_sni_mismatch"};
inline constexpr EnvoyMessage kUpstreamTlsContext = {
    "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
    "common_tls_context sni auto_host_sni auto_sni_san_validation allow_renegotiation max_session_keys "
    "enforce_rsa_key_usage",
    "max_session_keys enforce_rsa_key_usage"};
inline constexpr EnvoyMessage kCommonTlsContext = {
    "envoy.extensions.transport_sockets.tls.v3.CommonTlsContext",
    "tls_params tls_certificates tls_certificate_sds_secret_configs tls_certificate_provider_instance "
    "custom_tls_certificate_selector tls_certificate_certificate_provider "
    "tls_certificate_certificate_provider_instance validation_context "
    "validation_context_sds_secret_config combined_validation_context "
    "validation_context_certificate_provider validation_context_certificate_provider_instance "
    "alpn_protocols custom_handshaker key_log"};
inline constexpr EnvoyMessage kTlsCertificate = {
    "envoy.extensions.transport_sockets.tls.v3.TlsCertificate",
    "certificate_chain private_key pkcs12 watched_directory private_key_provider password ocsp_staple "
    "signed_certificate_timestamp tls_params"};
inline constexpr EnvoyMessage kCertificateValidationContext = {
    "envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext",
    "trusted_ca ca_certificate_provider_instance system_root_certs watched_directory "
    "verify_certificate_spki verify_certificate_hash match_typed_subject_alt_names "
    "match_subject_alt_names require_signed_certificate_timestamp crl allow_expired_certificate "
    "trust_chain_verification custom_validator_config only_verify_leaf_cert_crl max_verify_depth "
    "suppress_client_ca_list",
    "require_signed_certificate_timestamp max_verify_depth"};
inline constexpr EnvoyMessage kSubjectAltNameMatcher = {
    "envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher",
    "san_type matcher oid"};
inline constexpr EnvoyMessage kTlsParameters = {
    "envoy.extensions.transport_sockets.tls.v3.TlsParameters",
    "tls_minimum_protocol_version tls_maximum_protocol_version cipher_suites ecdh_curves "
    "signature_algorithms compliance_policies"};
inline constexpr EnvoyMessage kCluster = {
    "envoy.config.cluster.v3.Cluster",
    "transport_socket_matches transport_socket_matcher name alt_stat_name type cluster_type "
    "eds_cluster_config connect_timeout per_connection_buffer_limit_bytes lb_policy load_assignment "
    "health_checks max_requests_per_connection circuit_breakers upstream_http_protocol_options "
    "common_http_protocol_options http_protocol_options http2_protocol_options "
    "typed_extension_protocol_options dns_refresh_rate dns_jitter dns_failure_refresh_rate "
    "respect_dns_ttl dns_lookup_family dns_resolvers use_tcp_for_dns_lookups dns_resolution_config "
    "typed_dns_resolver_config wait_for_warm_on_init outlier_detection cleanup_interval "
    "upstream_bind_config lb_subset_config ring_hash_lb_config maglev_lb_config original_dst_lb_config "
    "least_request_lb_config round_robin_lb_config common_lb_config transport_socket metadata "
    "protocol_selection upstream_connection_options close_connections_on_host_health_failure "
    "ignore_health_on_host_removal filters load_balancing_policy lrs_server lrs_report_endpoint_metrics "
    "track_timeout_budgets upstream_config track_cluster_stats preconnect_policy "
    "connection_pool_per_downstream_connection stats_matcher "
    "per_connection_buffer_high_watermark_timeout queuing_policies",
    "per_connection_buffer_limit_bytes max_requests_per_connection wait_for_warm_on_init"};
inline constexpr EnvoyMessage kCircuitBreakers = {
    "envoy.config.cluster.v3.CircuitBreakers",
    "thresholds per_host_thresholds"};
inline constexpr EnvoyMessage kThresholds = {
    "envoy.config.cluster.v3.CircuitBreakers.Thresholds",
    "priority max_connections max_pending_requests max_requests max_retries retry_budget track_remaining "
    "max_connection_pools",
    "max_connections max_pending_requests max_requests max_retries max_connection_pools"};
inline constexpr EnvoyMessage kClusterLoadAssignment = {
    "envoy.config.endpoint.v3.ClusterLoadAssignment",
    "cluster_name endpoints named_endpoints policy"};
inline constexpr EnvoyMessage kLocalityLbEndpoints = {
    "envoy.config.endpoint.v3.LocalityLbEndpoints",
    "locality metadata lb_endpoints load_balancer_endpoints leds_cluster_locality_config "
    "load_balancing_weight priority proximity",
    "load_balancing_weight proximity"};
inline constexpr EnvoyMessage kLbEndpoint = {
    "envoy.config.endpoint.v3.LbEndpoint",
    "endpoint endpoint_name health_status metadata load_balancing_weight",
    "load_balancing_weight"};
inline constexpr EnvoyMessage kEndpoint = {
    "envoy.config.endpoint.v3.Endpoint",
    "address health_check_config hostname additional_addresses observability_name"};
inline constexpr EnvoyMessage kHealthCheck = {
    "envoy.config.core.v3.HealthCheck",
    "timeout interval initial_jitter interval_jitter interval_jitter_percent unhealthy_threshold "
    "healthy_threshold alt_port reuse_connection http_health_check tcp_health_check grpc_health_check "
    "custom_health_check no_traffic_interval no_traffic_healthy_interval unhealthy_interval "
    "unhealthy_edge_interval healthy_edge_interval event_log_path event_logger event_service "
    "always_log_health_check_failures always_log_health_check_success tls_options "
    "transport_socket_match_criteria name",
    "unhealthy_threshold healthy_threshold alt_port reuse_connection"};
inline constexpr EnvoyMessage kHttpHealthCheck = {
    "envoy.config.core.v3.HealthCheck.HttpHealthCheck",
    "host path send receive response_buffer_size request_headers_to_add request_headers_to_remove "
    "expected_statuses retriable_statuses codec_client_type service_name_matcher method use_alpn_protocol"};
inline constexpr EnvoyMessage kGrpcHealthCheck = {
    "envoy.config.core.v3.HealthCheck.GrpcHealthCheck",
    "service_name authority initial_metadata"};
inline constexpr EnvoyMessage kUpstreamHttpProtocolOptions = {
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    "common_http_protocol_options upstream_http_protocol_options explicit_http_config "
    "use_downstream_protocol_config auto_config http_filters header_validation_config outlier_detection "
    "request_mirror_policies hash_policy retry_policy"};
inline constexpr EnvoyMessage kExplicitHttpConfig = {
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig",
    "http_protocol_options http2_protocol_options http3_protocol_options"};
inline constexpr EnvoyMessage kAccessLog = {
    "envoy.config.accesslog.v3.AccessLog",
    "name filter typed_config"};
inline constexpr EnvoyMessage kFileAccessLog = {
    "envoy.extensions.access_loggers.file.v3.FileAccessLog",
    "path format json_format typed_json_format log_format"};
inline constexpr EnvoyMessage kStdoutAccessLog = {
    "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
    "log_format"};
inline constexpr EnvoyMessage kStderrAccessLog = {
    "envoy.extensions.access_loggers.stream.v3.StderrAccessLog",
    "log_format"};
inline constexpr EnvoyMessage kSubstitutionFormatString = {
    "envoy.config.core.v3.SubstitutionFormatString",
    "text_format json_format text_format_source omit_empty_values content_type formatters json_format_options"};
inline constexpr EnvoyMessage kJsonFormatOptions = {
    "envoy.config.core.v3.JsonFormatOptions",
    "sort_properties"};
inline constexpr EnvoyMessage kAccessLogFilter = {
    "envoy.config.accesslog.v3.AccessLogFilter",
    "status_code_filter duration_filter not_health_check_filter traceable_filter runtime_filter and_filter "
    "or_filter header_filter response_flag_filter grpc_status_filter extension_filter metadata_filter "
    "log_type_filter"};
inline constexpr EnvoyMessage kStatusCodeFilter = {
    "envoy.config.accesslog.v3.StatusCodeFilter",
    "comparison"};
inline constexpr EnvoyMessage kDurationFilter = {
    "envoy.config.accesslog.v3.DurationFilter",
    "comparison"};
inline constexpr EnvoyMessage kComparisonFilter = {
    "envoy.config.accesslog.v3.ComparisonFilter",
    "op value"};
inline constexpr EnvoyMessage kRuntimeUInt32 = {
    "envoy.config.core.v3.RuntimeUInt32",
    "default_value runtime_key"};
inline constexpr EnvoyMessage kNotHealthCheckFilter = {
    "envoy.config.accesslog.v3.NotHealthCheckFilter",
    ""};
inline constexpr EnvoyMessage kResponseFlagFilter = {
    "envoy.config.accesslog.v3.ResponseFlagFilter",
    "flags"};
inline constexpr EnvoyMessage kHeaderFilter = {
    "envoy.config.accesslog.v3.HeaderFilter",
    "header"};
inline constexpr EnvoyMessage kAndFilter = {
    "envoy.config.accesslog.v3.AndFilter",
    "filters"};
inline constexpr EnvoyMessage kOrFilter = {
    "envoy.config.accesslog.v3.OrFilter",
    "filters"};
inline constexpr EnvoyMessage kRuntimeFractionalPercent = {
    "envoy.config.core.v3.RuntimeFractionalPercent",
    "default_value runtime_key"};
inline constexpr EnvoyMessage kFractionalPercent = {
    "envoy.type.v3.FractionalPercent",
    "numerator denominator"};
inline constexpr EnvoyMessage kCommonLbConfig = {
    "envoy.config.cluster.v3.Cluster.CommonLbConfig",
    "healthy_panic_threshold zone_aware_lb_config locality_weighted_lb_config update_merge_window "
    "ignore_new_hosts_until_first_hc close_connections_on_host_set_change consistent_hashing_lb_config "
    "override_host_status"};
inline constexpr EnvoyMessage kRefreshRate = {
    "envoy.config.cluster.v3.Cluster.RefreshRate",
    "base_interval max_interval"};
inline constexpr EnvoyMessage kUpstreamConnectionOptions = {
    "envoy.config.cluster.v3.UpstreamConnectionOptions",
    "tcp_keepalive set_local_interface_name_on_upstream_connections happy_eyeballs_config"};
inline constexpr EnvoyMessage kTcpKeepalive = {
    "envoy.config.core.v3.TcpKeepalive",
    "keepalive_probes keepalive_time keepalive_interval",
    "keepalive_probes keepalive_time keepalive_interval"};
inline constexpr EnvoyMessage kHealthCheckConfig = {
    "envoy.config.endpoint.v3.Endpoint.HealthCheckConfig",
    "port_value hostname address disable_active_health_check"};
inline constexpr EnvoyMessage kLayeredRuntime = {
    "envoy.config.bootstrap.v3.LayeredRuntime",
    "layers"};
inline constexpr EnvoyMessage kRuntimeLayer = {
    "envoy.config.bootstrap.v3.RuntimeLayer",
    "name static_layer disk_layer admin_layer rtds_layer"};
inline constexpr EnvoyMessage kAdminLayer = {
    "envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer",
    ""};
inline constexpr EnvoyMessage kGrpcStats = {
    "envoy.extensions.filters.http.grpc_stats.v3.FilterConfig",
    "emit_filter_state individual_method_stats_allowlist stats_for_all_methods enable_upstream_stats "
    "replace_dots_in_grpc_service_name",
    "stats_for_all_methods"};
inline constexpr EnvoyMessage kGrpcMethodList = {
    "envoy.config.core.v3.GrpcMethodList",
    "services"};
inline constexpr EnvoyMessage kGrpcMethodListService = {
    "envoy.config.core.v3.GrpcMethodList.Service",
    "name method_names"};
inline constexpr EnvoyMessage kOverloadManager = {
    "envoy.config.overload.v3.OverloadManager",
    "refresh_interval resource_monitors actions loadshed_points buffer_factory_config"};
inline constexpr EnvoyMessage kResourceMonitor = {
    "envoy.config.overload.v3.ResourceMonitor",
    "name typed_config"};
inline constexpr EnvoyMessage kDownstreamConnectionsConfig = {
    "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
    "max_active_downstream_connections"};

}  // namespace minato::gateway::config
