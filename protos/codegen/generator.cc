#include "protos/codegen/generator.h"

#include <cctype>
#include <map>
#include <set>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/compiler/cpp/names.h>

namespace minato::codegen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

template <typename... Args>
absl::Status Refused(fmt::format_string<Args...> format, Args&&... args) {
  return absl::InvalidArgumentError(fmt::format(format, std::forward<Args>(args)...));
}

// v1, v2beta1, v1alpha: the last part of a package that names its version.
bool IsVersion(std::string_view part) {
  return part.size() >= 2 && part[0] == 'v' && std::isdigit(static_cast<unsigned char>(part[1]));
}

// "minato::data_feed" gives "DataFeedEnv".
std::string EnvName(const std::string& cpp_namespace) {
  std::string name;
  bool word_starts = true;
  for (char c : cpp_namespace.substr(cpp_namespace.rfind(':') + 1)) {
    if (c == '_') {
      word_starts = true;
    } else {
      name += word_starts ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      word_starts = false;
    }
  }
  return name + "Env";
}

absl::StatusOr<Options> Complete(const FileDescriptor& file, Options options) {
  if (file.package().empty()) {
    return Refused("{} has no package, and gRPC names methods by it", file.name());
  }
  if (options.cpp_namespace.empty()) {
    std::vector<std::string> parts = absl::StrSplit(file.package(), '.');
    if (parts.size() > 1 && IsVersion(parts.back())) parts.pop_back();
    options.cpp_namespace = absl::StrJoin(parts, "::");
  }
  if (!absl::StartsWith(options.cpp_namespace, "minato::")) {
    return Refused("the handlers of {} would live in {}, outside minato: give namespace=minato::…",
                   file.name(), options.cpp_namespace);
  }
  if (options.env.empty()) options.env = EnvName(options.cpp_namespace);
  return options;
}

absl::StatusOr<std::vector<const ServiceDescriptor*>> ServicesOf(const FileDescriptor& file,
                                                                const Options& options) {
  std::vector<const ServiceDescriptor*> services;
  for (const std::string& name : options.services) {
    const ServiceDescriptor* service = file.FindServiceByName(name);
    if (service == nullptr) return Refused("{} has no service {}", file.name(), name);
    services.push_back(service);
  }
  if (options.services.empty()) {
    for (int i = 0; i < file.service_count(); ++i) services.push_back(file.service(i));
  }
  if (services.empty()) return Refused("{} has no service", file.name());

  std::map<std::string, const MethodDescriptor*> handlers;
  for (const ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* method = service->method(i);
      auto [other, is_new] = handlers.emplace(method->name(), method);
      if (!is_new) {
        return Refused("{} and {} would have the same handler: choose with service=…",
                       other->second->full_name(), method->full_name());
      }
    }
  }
  return services;
}

// What differs between the four kinds of method.
struct Kind {
  const char* name;         // of the MethodKind, and of the template in server/call/serve.h
  const char* declaration;  // of the handler
};

Kind KindOf(const MethodDescriptor& method) {
  static constexpr Kind kKinds[2][2] = {
      {{"Unary",
        "Task<StatusOr<{response}>> {method}({env}& env, CallContext& call, "
        "const {request}& request);"},
       {"ServerStream",
        "Task<Status> {method}({env}& env, CallContext& call, const {request}& request, "
        "Writer<{response}>& writer);"}},
      {{"ClientStream",
        "Task<StatusOr<{response}>> {method}({env}& env, CallContext& call, "
        "Reader<{request}>& reader);"},
       {"Bidi",
        "Task<Status> {method}({env}& env, CallContext& call, Reader<{request}>& reader, "
        "Writer<{response}>& writer);"}}};
  return kKinds[method.client_streaming()][method.server_streaming()];
}

// The C++ name of a message as seen from the handlers' namespace.
std::string TypeName(const Descriptor& message, const Options& options) {
  std::string name = google::protobuf::compiler::cpp::QualifiedClassName(&message);
  const std::string prefix = "::" + options.cpp_namespace + "::";
  return absl::StartsWith(name, prefix) ? name.substr(prefix.size()) : name;
}

// Breaks a declaration that is wider than 100 columns between its parameters, one to a line.
std::string Folded(std::string declaration) {
  if (declaration.size() <= 100) return declaration;
  return absl::StrReplaceAll(declaration, {{"(", "(\n    "}, {", ", ",\n    "}});
}

std::string Declaration(const MethodDescriptor& method, const Options& options) {
  return Folded(fmt::format(fmt::runtime(KindOf(method).declaration),
                            fmt::arg("method", method.name()), fmt::arg("env", options.env),
                            fmt::arg("request", TypeName(*method.input_type(), options)),
                            fmt::arg("response", TypeName(*method.output_type(), options))));
}

std::string Banner(const FileDescriptor& file) {
  return fmt::format("// Written by protoc-gen-minato from {}.\n", file.name());
}

std::string MessagesHeader(const FileDescriptor& file) {
  return google::protobuf::compiler::StripProto(file.name()) + ".pb.h";
}

// The generated headers of the messages that the services take and answer.
std::set<std::string> MessageHeaders(const std::vector<const ServiceDescriptor*>& services) {
  std::set<std::string> headers;
  for (const ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      for (const Descriptor* message :
           {service->method(i)->input_type(), service->method(i)->output_type()}) {
        headers.insert(MessagesHeader(*message->file()));
      }
    }
  }
  return headers;
}

std::string Header(const FileDescriptor& file, const std::vector<const ServiceDescriptor*>& services,
                   const Options& options) {
  std::string text = Banner(file);
  text += "#pragma once\n\n";
  for (const std::string& header : MessageHeaders(services)) {
    text += fmt::format("#include \"{}\"\n", header);
  }
  text += "#include \"runtime/status.h\"\n";
  text += "#include \"runtime/task.h\"\n";
  text += "#include \"server/call/call_context.h\"\n";
  text += "#include \"server/call/method_registry.h\"\n";
  text += "#include \"server/call/stream.h\"\n\n";
  text += fmt::format("namespace {} {{\n\nstruct {};\n", options.cpp_namespace, options.env);
  for (const ServiceDescriptor* service : services) {
    text += fmt::format("\n// The handlers of {}.\n", service->full_name());
    for (int i = 0; i < service->method_count(); ++i) {
      text += Declaration(*service->method(i), options) + "\n";
    }
    text += fmt::format(
        "\n// Adds every method of {}, served from `env`.\n"
        "// `env` must outlive the registry.\n"
        "void Register{}(MethodRegistry& registry, {}& env);\n",
        service->full_name(), service->name(), options.env);
  }
  text += fmt::format("\n}}  // namespace {}\n", options.cpp_namespace);
  return text;
}

std::string Registration(const MethodDescriptor& method, const Options& options) {
  return fmt::format(R"(
  registry.Add({{
      .path = "/{service}/{method}",
      .kind = MethodKind::k{kind},
      .descriptor = service->method({index}),
      .serve = minato::internal::Serve{kind}<
          {env},
          {request},
          {response},
          {method}>,
      .env = &env,
  }});
)",
                     fmt::arg("service", method.service()->full_name()),
                     fmt::arg("method", method.name()), fmt::arg("kind", KindOf(method).name),
                     fmt::arg("index", method.index()), fmt::arg("env", options.env),
                     fmt::arg("request", TypeName(*method.input_type(), options)),
                     fmt::arg("response", TypeName(*method.output_type(), options)));
}

// As protoc's C++ generator names what holds a file's descriptors.
std::string DescriptorTable(const FileDescriptor& file) {
  std::string name = "descriptor_table_";
  for (const char c : file.name()) {
    if (absl::ascii_isalnum(c)) {
      name += c;
    } else {
      name += fmt::format("_{:x}", static_cast<unsigned char>(c));
    }
  }
  return name;
}

std::string Source(const FileDescriptor& file, const std::vector<const ServiceDescriptor*>& services,
                   const Options& options) {
  std::string text = Banner(file);
  text += fmt::format("#include \"{}\"\n\n#include \"{}\"\n#include \"server/call/serve.h\"\n\n",
                      HeaderName(file), MessagesHeader(file));
  text += fmt::format("namespace {} {{\n", options.cpp_namespace);
  for (const ServiceDescriptor* service : services) {
    text += fmt::format("\nvoid Register{}(MethodRegistry& registry, {}& env) {{\n",
                        service->name(), options.env);
    text += fmt::format(
        "  const auto* service = minato::internal::FindService(\n"
        "      ::{}, \"{}\");\n",
        DescriptorTable(file), service->full_name());
    for (int i = 0; i < service->method_count(); ++i) {
      text += Registration(*service->method(i), options);
    }
    text += "}\n";
  }
  text += fmt::format("\n}}  // namespace {}\n", options.cpp_namespace);
  return text;
}

}  // namespace

absl::StatusOr<Options> ParseOptions(const std::string& parameter) {
  std::vector<std::pair<std::string, std::string>> pairs;
  google::protobuf::compiler::ParseGeneratorParameter(parameter, &pairs);
  Options options;
  for (const auto& [key, value] : pairs) {
    if (value.empty()) return Refused("option {} needs a value", key);
    if (key == "namespace") {
      options.cpp_namespace = value;
    } else if (key == "env") {
      options.env = value;
    } else if (key == "service") {
      options.services.push_back(value);
    } else {
      return Refused("unknown option {}: there are namespace, env and service", key);
    }
  }
  return options;
}

std::string HeaderName(const FileDescriptor& file) {
  return google::protobuf::compiler::StripProto(file.name()) + ".minato.h";
}

std::string SourceName(const FileDescriptor& file) {
  return google::protobuf::compiler::StripProto(file.name()) + ".minato.cc";
}

absl::StatusOr<Code> Generate(const FileDescriptor& file, const Options& given) {
  auto options = Complete(file, given);
  if (!options.ok()) return options.status();
  auto services = ServicesOf(file, *options);
  if (!services.ok()) return services.status();
  return Code{.header = Header(file, *services, *options),
              .source = Source(file, *services, *options)};
}

}  // namespace minato::codegen
