"""service: the targets of one folder server/services/<domain>/, by the names of its files."""

def service(name, deps = [], test_deps = [], **kwargs):
    """A library of the folder's handlers and a test for each of its *_test.cc.

    A new RPC needs no change here or in the BUILD file: its <rpc>.cc and <rpc>_test.cc are found.
    What only tests need stands in *_fixture.h and *_fixture.cc, which every test of the folder gets.
    A *_benchmark.cc becomes a program of its own.

    Args:
      name: the domain, which is the folder: "stock" serves //protos/minato/stock/v1.
      deps: of the library, besides the generated code, //runtime:task and //server/call.
      test_deps: of each test, besides the library, the fixtures and GoogleTest.
      **kwargs: for the library.
    """
    fixtures = native.glob(["*_fixture.h", "*_fixture.cc"])
    tests = native.glob(["*_test.cc"])
    benchmarks = native.glob(["*_benchmark.cc"])

    native.cc_library(
        name = name,
        srcs = native.glob(["*.cc"], exclude = tests + benchmarks + fixtures),
        hdrs = native.glob(["*.h"], exclude = fixtures),
        visibility = ["//visibility:public"],
        deps = [
            "//protos/minato/{0}/v1:{0}_handlers".format(name),
            "//runtime:combine",
            "//runtime:status",
            "//runtime:sync",
            "//runtime:task",
            "//server/call",
            "//server/call:error_details",
        ] + deps,
        **kwargs
    )

    native.cc_library(
        name = "fixtures",
        testonly = True,
        srcs = [fixture for fixture in fixtures if fixture.endswith(".cc")],
        hdrs = [fixture for fixture in fixtures if fixture.endswith(".h")],
        visibility = ["//visibility:public"],
        deps = [
            ":" + name,
            "//runtime:manual_executor",
            "//third_party:gtest",
        ] + test_deps,
    )

    for test in tests:
        native.cc_test(
            name = test[:-len(".cc")],
            size = "small",
            srcs = [test],
            deps = [
                ":" + name,
                ":fixtures",
                "//runtime:manual_executor",
                "//third_party:gtest",
            ] + test_deps,
        )

    for benchmark in benchmarks:
        native.cc_binary(
            name = benchmark[:-len(".cc")],
            testonly = True,
            srcs = [benchmark],
            deps = [
                ":" + name,
                "//third_party:benchmark",
            ] + test_deps,
        )
