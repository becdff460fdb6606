"""minato_handlers: from a proto_library with services to the C++ that serves them."""

def _import_path(source, proto_info):
    # The name by which other protos import the file.
    root = proto_info.proto_source_root
    if root != "." and source.path.startswith(root + "/"):
        return source.path[len(root) + 1:]
    return source.short_path

def _handlers_code_impl(ctx):
    info = ctx.attr.proto[ProtoInfo]
    options = ["service=" + service for service in ctx.attr.services]
    if ctx.attr.cpp_namespace:
        options.append("namespace=" + ctx.attr.cpp_namespace)
    if ctx.attr.env:
        options.append("env=" + ctx.attr.env)

    sources = [_import_path(source, info) for source in info.direct_sources]
    if ctx.attr.file:
        if ctx.attr.file not in sources:
            fail("%s has no source %s, but %s" % (ctx.attr.proto.label, ctx.attr.file, sources))
        sources = [ctx.attr.file]

    headers = []
    code = []
    for source in sources:
        stem = ctx.attr.folder + "/" + source[:-len(".proto")]
        headers.append(ctx.actions.declare_file(stem + ".minato.h"))
        code.append(ctx.actions.declare_file(stem + ".minato.cc"))

    arguments = ctx.actions.args()
    arguments.add(ctx.executable._plugin, format = "--plugin=protoc-gen-minato=%s")
    arguments.add_all(options, format_each = "--minato_opt=%s")
    arguments.add("--minato_out=" + "/".join([
        part
        for part in [ctx.bin_dir.path, ctx.label.workspace_root, ctx.label.package, ctx.attr.folder]
        if part
    ]))
    arguments.add_joined(
        info.transitive_descriptor_sets,
        join_with = ":",
        format_joined = "--descriptor_set_in=%s",
    )
    arguments.add_all(sources)
    ctx.actions.run(
        executable = ctx.executable._protoc,
        arguments = [arguments],
        inputs = info.transitive_descriptor_sets,
        tools = [ctx.executable._plugin],
        outputs = headers + code,
        mnemonic = "MinatoHandlers",
        progress_message = "Writing handler declarations for %{label}",
    )
    return [
        DefaultInfo(files = depset(headers + code)),
        OutputGroupInfo(headers = depset(headers), code = depset(code)),
    ]

_handlers_code = rule(
    implementation = _handlers_code_impl,
    attrs = {
        "proto": attr.label(mandatory = True, providers = [ProtoInfo]),
        "file": attr.string(),
        "folder": attr.string(mandatory = True),
        "cpp_namespace": attr.string(),
        "env": attr.string(),
        "services": attr.string_list(),
        "_plugin": attr.label(
            default = "//protos/codegen:protoc-gen-minato",
            executable = True,
            cfg = "exec",
        ),
        "_protoc": attr.label(
            default = "@com_google_protobuf//:protoc",
            allow_single_file = True,
            executable = True,
            cfg = "exec",
        ),
    },
)

def minato_handlers(
        name,
        proto,
        cc_proto,
        file = None,
        cpp_namespace = None,
        env = None,
        services = None,
        **kwargs):
    """A cc_library with the handler declarations and Register functions of a proto's services.

    A source minato/user/v1/user.proto gives the header "minato/user/v1/user.minato.h".

    Args:
      name: of the library.
      proto: the proto_library.
      cc_proto: the cc_proto_library of it.
      file: the one source to take, by its import path, if the proto_library has several.
      cpp_namespace: of the handlers; minato::user for package minato.user.v1 if not given.
      env: the struct that the handlers are given; UserEnv for minato::user if not given.
      services: simple names of the services to take; all if not given.
      **kwargs: visibility, testonly and the like.
    """
    folder = name + "_code"
    testonly = kwargs.get("testonly", False)
    _handlers_code(
        name = folder,
        proto = proto,
        file = file,
        folder = folder,
        cpp_namespace = cpp_namespace,
        env = env,
        services = services,
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    for group in ["headers", "code"]:
        native.filegroup(
            name = folder + "_" + group,
            srcs = [folder],
            output_group = group,
            testonly = testonly,
            visibility = ["//visibility:private"],
        )
    native.cc_library(
        name = name,
        srcs = [folder + "_code"],
        hdrs = [folder + "_headers"],
        strip_include_prefix = folder,
        deps = [
            cc_proto,
            "//runtime:task",
            "//server/call",
        ],
        **kwargs
    )
