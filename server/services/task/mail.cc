#include "server/services/task/mail.h"

#include <algorithm>

#include <absl/strings/escaping.h>
#include <fmt/format.h>

namespace minato::task {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr size_t kLineBytesMax = 998;  // RFC 5322 section 2.1.1

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string Base64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

// The longest prefix of at most `bytes_max` that ends between two characters.
std::string_view WholeCharacters(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end > 0 ? end : bytes_max);
}

// As encoded words (RFC 2047) of at most 75 characters, each on a line of its own.
std::string EncodedWords(std::string_view text) {
  constexpr size_t kBytesPerWord = 45;  // 60 in base64, and 12 around them
  std::string words;
  while (!text.empty()) {
    const std::string_view part = WholeCharacters(text, kBytesPerWord);
    if (!words.empty()) words += "\r\n ";
    words += "=?utf-8?B?" + Base64(part) + "?=";
    text.remove_prefix(part.size());
  }
  return words;
}

// Whether readers take it as it stands.
bool IsPlainSubject(std::string_view subject) {
  constexpr std::string_view kName = "Subject: ";
  const bool printable =
      std::all_of(subject.begin(), subject.end(), [](char c) { return c >= ' ' && c <= '~'; });
  const bool trimmed = subject.empty() || (subject.front() != ' ' && subject.back() != ' ');
  return printable && trimmed && subject.find("=?") == subject.npos && kName.size() + subject.size() <= kLineBytesMax;
}

// CR LF for each CR, LF and CR LF; one at the end.
std::string WithMailLineEnds(std::string_view text) {
  std::string lines;
  lines.reserve(text.size() + text.size() / 32 + 2);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    if (text[i] == '\r' || text[i] == '\n') {
      lines += kLineEnd;
    } else {
      lines += text[i];
    }
  }
  if (!lines.ends_with(kLineEnd)) lines += kLineEnd;
  return lines;
}

bool HasLinesThatMailTakes(std::string_view lines) {
  while (!lines.empty()) {
    const size_t end = lines.find(kLineEnd);
    if (end > kLineBytesMax) return false;
    lines.remove_prefix(end + kLineEnd.size());
  }
  return true;
}

std::string InBase64Lines(std::string_view bytes) {
  constexpr size_t kBytesPerLine = 57;  // 76 in base64
  std::string lines;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kBytesPerLine, bytes.size()))) {
    lines += Base64(bytes.substr(0, kBytesPerLine));
    lines += kLineEnd;
  }
  return lines;
}

}  // namespace

std::string FormatMail(const Mail& mail) {
  const std::string body = WithMailLineEnds(mail.body);
  const bool as_it_is = HasLinesThatMailTakes(body) && body.find('\0') == body.npos;
  const std::string_view encoding = !as_it_is ? "base64" : IsAscii(body) ? "7bit" : "8bit";
  return fmt::format(
      "Date: {}\r\n"
      "From: {}\r\n"
      "To: {}\r\n"
      "Subject: {}\r\n"
      "Message-ID: <{}>\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: {}\r\n"
      "\r\n"
      "{}",
      absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", mail.date, absl::UTCTimeZone()), mail.from, mail.to,
      IsPlainSubject(mail.subject) ? mail.subject : EncodedWords(mail.subject), mail.message_id, encoding,
      as_it_is ? body : InBase64Lines(body));
}

}  // namespace minato::task
