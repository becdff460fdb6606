"""fuzz_target: a libFuzzer program, and a test that runs the same for a moment without libFuzzer."""

def _seeds_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run(
        executable = ctx.executable._program,
        arguments = [ctx.attr.kind, folder.path],
        outputs = [folder],
        mnemonic = "FuzzSeeds",
        use_default_shell_env = True,
    )
    return [DefaultInfo(
        files = depset([folder]),
        runfiles = ctx.runfiles([folder]),
    )]

_seeds = rule(
    implementation = _seeds_impl,
    attrs = {
        "kind": attr.string(mandatory = True),
        "_program": attr.label(
            default = "//tests/fuzz:seeds",
            cfg = "exec",
            executable = True,
        ),
    },
)

def fuzz_target(name, deps, seeds = None, inputs = []):
    """For `x_fuzz.cc`, which defines LLVMFuzzerTestOneInput:

      x_fuzz       with --config=fuzz the libFuzzer program
      x_seeds      a folder of inputs that are made from the oracle's cases
      x_fuzz_test  replays x_seeds and x_corpus, and mutates them for a moment (short_run.cc)

    What a fuzzer found goes into x_corpus/, beside a few inputs picked by hand.

    Args:
      name: "x_fuzz".
      deps: of x_fuzz.cc.
      seeds: which inputs seeds.py is to make; the oracle has none for some targets.
      inputs: files from elsewhere that x_fuzz_test is to replay, too.
    """
    thing = name[:-len("_fuzz")]
    sources = [name + ".cc"]
    native.cc_binary(
        name = name,
        testonly = True,
        srcs = sources,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = deps,
    )
    made = []
    if seeds:
        made = [thing + "_seeds"]
        _seeds(
            name = thing + "_seeds",
            testonly = True,
            kind = seeds,
        )
    native.cc_test(
        name = name + "_test",
        size = "small",
        srcs = sources,
        args = ["{}/{}_corpus".format(native.package_name(), thing)] +
               ["$(rootpath {})".format(input) for input in made + inputs],
        data = made + inputs + native.glob([thing + "_corpus/*"]),
        deps = deps + ["//tests/fuzz:short_run"],
    )
