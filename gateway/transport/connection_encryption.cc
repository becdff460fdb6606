// A connection whose bytes pass through a codec.
#include "gateway/transport/connection.h"

namespace minato::gateway {

Task<Status> Connection::Handshake(absl::Duration timeout) {
  if (codec_ == nullptr) co_return OkStatus();
  const absl::Time deadline = home_.Now() + timeout;
  CO_TRY(codec_->Handshake());  // who connects speaks first
  StartSending();
  while (!codec_->established()) {
    const Arrival arrival = co_await ReadMore(*this, deadline);
    if (codec_->established()) break;
    if (arrival == Arrival::kClosed) {
      if (!codec_error_.ok()) co_return codec_error_;
      co_return Unavailable("TLS: the peer closed the connection during the handshake");
    }
    const TaskContext& context = co_await CurrentContext();
    if (context.cancel.cancelled()) co_return context.cancel.reason();
    co_return DeadlineExceeded("TLS: no handshake within {}", absl::FormatDuration(timeout));
  }
  reported_end_ = begin_;  // what came behind it is news to the next reader
  co_return OkStatus();
}

void Connection::Encrypt() {
  if (output_.empty()) return;
  codec_->Write(output_);
  output_.clear();
  if (output_.capacity() > kReadBytesMax) output_ = std::string();
}

size_t Connection::Decrypt(size_t bytes) {
  codec_->Receive({buffer_.get() + end_, bytes});
  return ReadPlain();
}

size_t Connection::ReadPlain() {
  size_t size = 0;
  Status status;
  const bool was_established = codec_->established();
  if (!was_established) status = codec_->Handshake();
  undelivered_ = false;
  while (status.ok() && codec_->established()) {
    // As in ReadWhatIsThere, the last byte is kept for watching.
    const size_t room = capacity_ - end_ - size - (reader_waits_ ? 1 : 0);
    if (room == 0) {
      undelivered_ = true;
      break;
    }
    const StatusOr<size_t> read = codec_->Read(buffer_.get() + end_ + size, room);
    if (!read.ok()) {
      status = read.status();
    } else if (*read == 0) {
      break;
    } else {
      size += *read;
    }
  }
  StartSending();  // an answer of the codec's own: handshake, alert
  if (!status.ok()) {
    codec_error_ = status;
    Gone();
  } else if (!was_established && codec_->established()) {
    WakeReader();
  }
  return size;
}

void Connection::TakeUndelivered() {
  if (closed_) return;
  MakeRoom();
  end_ += ReadPlain();
}

void Connection::EndEncryption() {
  if (codec_ == nullptr || closed_) return;
  codec_->End();
  StartSending();
}

}  // namespace minato::gateway
