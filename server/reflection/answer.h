// The answer to one reflection request, in either version: the messages differ in their package alone.
#pragma once

#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "server/call/method_registry.h"

namespace minato::reflection {

namespace internal {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

// `file` and all that it imports, each once, serialized.
std::vector<std::string> WithImports(const FileDescriptor& file);

// "pkg.Message", "pkg.Service.Method", …: the file that declares it; nullptr if none does.
const FileDescriptor* FindFileOfSymbol(const std::string& symbol);

template <typename Response>
void SetFile(const FileDescriptor* file, const std::string& what, Response& response) {
  if (file == nullptr) {
    response.mutable_error_response()->set_error_code(static_cast<int>(StatusCode::kNotFound));
    response.mutable_error_response()->set_error_message(what + " is not known here");
    return;
  }
  for (std::string& bytes : WithImports(*file)) {
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(std::move(bytes));
  }
}

template <typename Response>
void SetExtensionNumbers(const std::string& type, Response& response) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const auto* message = pool.FindMessageTypeByName(type);
  if (message == nullptr) return SetFile(nullptr, type, response);
  std::vector<const google::protobuf::FieldDescriptor*> extensions;
  pool.FindAllExtensions(message, &extensions);
  auto& answer = *response.mutable_all_extension_numbers_response();
  answer.set_base_type_name(type);
  for (const auto* extension : extensions) answer.add_extension_number(extension->number());
}

}  // namespace internal

template <typename Response, typename Request>
Response Answer(const MethodRegistry& registry, const Request& request) {
  const google::protobuf::DescriptorPool& pool = *google::protobuf::DescriptorPool::generated_pool();
  Response response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      internal::SetFile(pool.FindFileByName(request.file_by_filename()), request.file_by_filename(),
                        response);
      break;
    case Request::kFileContainingSymbol:
      internal::SetFile(internal::FindFileOfSymbol(request.file_containing_symbol()),
                        request.file_containing_symbol(), response);
      break;
    case Request::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      const auto* type = pool.FindMessageTypeByName(wanted.containing_type());
      const auto* extension =
          type == nullptr ? nullptr : pool.FindExtensionByNumber(type, wanted.extension_number());
      internal::SetFile(extension == nullptr ? nullptr : extension->file(),
                        "the extension of " + wanted.containing_type(), response);
      break;
    }
    case Request::kAllExtensionNumbersOfType:
      internal::SetExtensionNumbers(request.all_extension_numbers_of_type(), response);
      break;
    case Request::kListServices:
      response.mutable_list_services_response();
      for (const auto* service : registry.services()) {
        response.mutable_list_services_response()->add_service()->set_name(service->full_name());
      }
      break;
    case Request::MESSAGE_REQUEST_NOT_SET:
      response.mutable_error_response()->set_error_code(static_cast<int>(StatusCode::kInvalidArgument));
      response.mutable_error_response()->set_error_message("the request asks for nothing");
      break;
  }
  return response;
}

// The whole stream: each request is answered in turn.
template <typename Response, typename Request>
Task<Status> AnswerAll(const MethodRegistry& registry, Reader<Request>& reader, Writer<Response>& writer) {
  Request request;
  for (;;) {
    CO_TRY(bool more, co_await reader.Read(request));
    if (!more) co_return OkStatus();
    const Response response = Answer<Response>(registry, request);
    CO_TRY(co_await writer.Write(response));
  }
}

}  // namespace minato::reflection
