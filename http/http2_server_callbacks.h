// What nghttp2 calls on behalf of an Http2Server.
#pragma once

#include <nghttp2/nghttp2.h>

#include "http/http2_server.h"

namespace minato::http {

struct Http2Server::Callbacks {
  static nghttp2_session* NewSession(Http2Server& server, const Http2Limits& limits);
  // Of a data provider whose source is the stream.
  static const nghttp2_data_source_read_callback kReadOutput;

 private:
  static nghttp2_session_callbacks* MakeTable();

  static int OnBeginFrame(nghttp2_session*, const nghttp2_frame_hd* frame, void* user);
  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                      const uint8_t* value, size_t value_size, uint8_t flags, void* user);
  static int OnInvalidHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                             const uint8_t* value, size_t value_size, uint8_t flags, void* user);
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int OnData(nghttp2_session*, uint8_t flags, int32_t id, const uint8_t* data, size_t size, void* user);
  static int OnClose(nghttp2_session*, int32_t id, uint32_t error, void* user);
  static ssize_t ReadOutput(nghttp2_session*, int32_t id, uint8_t* buffer, size_t bytes_max, uint32_t* flags,
                            nghttp2_data_source* source, void* user);
  static int SendData(nghttp2_session*, nghttp2_frame* frame, const uint8_t* frame_head, size_t bytes,
                      nghttp2_data_source* source, void* user);
  static int OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user);
  static int OnSent(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int OnNotSent(nghttp2_session*, const nghttp2_frame* frame, int error, void* user);

  // Zero, or what makes nghttp2 stop: the connection is to end.
  static int Verdict(const Http2Server& server) {
    return server.fault_.empty() ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }
};

}  // namespace minato::http
