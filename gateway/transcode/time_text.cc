#include "gateway/transcode/time_text.h"

#include <charconv>
#include <cstdlib>

namespace minato::gateway {
namespace {

constexpr int64_t kSecondsMin = -62135596800;  // 0001-01-01T00:00:00Z
constexpr int64_t kSecondsMax = 253402300799;  // 9999-12-31T23:59:59Z
constexpr int64_t kDurationSecondsMax = 315576000000;
constexpr int32_t kNanosMax = 999999999;
constexpr int64_t kDaySeconds = 86400;

// Days since 1970-01-01 of the proleptic Gregorian calendar, and back (Hinnant's algorithms).
int64_t DaysFromCivil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void CivilFromDays(int64_t days, int64_t& year, int64_t& month, int64_t& day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted = (5 * day_of_year + 2) / 153;
  day = day_of_year - (153 * shifted + 2) / 5 + 1;
  month = shifted < 10 ? shifted + 3 : shifted - 9;
  year = year_of_era + era * 400 + (month <= 2);
}

int64_t DaysInMonth(int64_t year, int64_t month) {
  static constexpr int64_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool Take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits.
  bool Digits(size_t count, int64_t& value) {
    if (text_.size() < count) return false;
    value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return false;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return true;
  }
  // One to nine digits after a point, as nanoseconds.
  bool Fraction(int32_t& nanos) {
    size_t count = 0;
    nanos = 0;
    for (; count < text_.size() && text_[count] >= '0' && text_[count] <= '9'; ++count) {
      if (count == 9) return false;
      nanos = nanos * 10 + (text_[count] - '0');
    }
    if (count == 0) return false;
    for (size_t i = count; i < 9; ++i) nanos *= 10;
    text_.remove_prefix(count);
    return true;
  }
  std::string_view rest() const { return text_; }
  void Skip(size_t count) { text_.remove_prefix(count); }

 private:
  std::string_view text_;
};

char* PrintDigits(char* w, uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    w[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return w + digits;
}

char* PrintFraction(char* w, int32_t nanos) {
  if (nanos == 0) return w;
  *w++ = '.';
  if (nanos % 1000000 == 0) return PrintDigits(w, static_cast<uint64_t>(nanos / 1000000), 3);
  if (nanos % 1000 == 0) return PrintDigits(w, static_cast<uint64_t>(nanos / 1000), 6);
  return PrintDigits(w, static_cast<uint64_t>(nanos), 9);
}

}  // namespace

std::optional<SecondsAndNanos> TimestampFromText(std::string_view text) {
  Cursor cursor(text);
  int64_t year, month, day, hour, minute, second;
  SecondsAndNanos time;
  if (!cursor.Digits(4, year) || !cursor.Take('-') || !cursor.Digits(2, month) ||
      !cursor.Take('-') || !cursor.Digits(2, day) || !cursor.Take('T') || !cursor.Digits(2, hour) ||
      !cursor.Take(':') || !cursor.Digits(2, minute) || !cursor.Take(':') ||
      !cursor.Digits(2, second)) {
    return std::nullopt;
  }
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month) ||
      hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  if (cursor.Take('.') && !cursor.Fraction(time.nanos)) return std::nullopt;
  time.seconds = DaysFromCivil(year, month, day) * kDaySeconds + hour * 3600 + minute * 60 + second;
  if (!cursor.Take('Z')) {
    bool behind = cursor.Take('-');
    if (!behind && !cursor.Take('+')) return std::nullopt;
    int64_t hours, minutes;
    if (!cursor.Digits(2, hours) || !cursor.Take(':') || !cursor.Digits(2, minutes))
      return std::nullopt;
    if (hours > 23 || minutes > 59) return std::nullopt;
    int64_t offset = hours * 3600 + minutes * 60;
    time.seconds += behind ? offset : -offset;
  }
  if (!cursor.rest().empty() || time.seconds < kSecondsMin || time.seconds > kSecondsMax)
    return std::nullopt;
  return time;
}

std::optional<SecondsAndNanos> DurationFromText(std::string_view text) {
  if (!text.ends_with('s')) return std::nullopt;
  text.remove_suffix(1);
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits == 0 || digits > 12) return std::nullopt;
  Cursor cursor(text);
  SecondsAndNanos duration;
  if (!cursor.Digits(digits, duration.seconds)) return std::nullopt;
  if (cursor.Take('.') && !cursor.Fraction(duration.nanos)) return std::nullopt;
  if (!cursor.rest().empty() || duration.seconds > kDurationSecondsMax) return std::nullopt;
  if (negative) {
    duration.seconds = -duration.seconds;
    duration.nanos = -duration.nanos;
  }
  return duration;
}

char* PrintTimestamp(char* w, SecondsAndNanos time, std::string_view& why) {
  if (time.seconds < kSecondsMin) {
    why = "minimum acceptable time value is 0001-01-01T00:00:00Z";
    return nullptr;
  }
  if (time.seconds > kSecondsMax) {
    why = "maximum acceptable time value is 9999-12-31T23:59:59Z";
    return nullptr;
  }
  if (time.nanos < 0 || time.nanos > kNanosMax) {
    why = "nanos must be in range [0, +999,999,999]";
    return nullptr;
  }
  int64_t since_first = time.seconds - kSecondsMin;
  int64_t of_day = since_first % kDaySeconds;
  int64_t year, month, day;
  CivilFromDays((since_first - of_day + kSecondsMin) / kDaySeconds, year, month, day);
  w = PrintDigits(w, static_cast<uint64_t>(year), 4);
  *w++ = '-';
  w = PrintDigits(w, static_cast<uint64_t>(month), 2);
  *w++ = '-';
  w = PrintDigits(w, static_cast<uint64_t>(day), 2);
  *w++ = 'T';
  w = PrintDigits(w, static_cast<uint64_t>(of_day / 3600), 2);
  *w++ = ':';
  w = PrintDigits(w, static_cast<uint64_t>(of_day / 60 % 60), 2);
  *w++ = ':';
  w = PrintDigits(w, static_cast<uint64_t>(of_day % 60), 2);
  w = PrintFraction(w, time.nanos);
  *w++ = 'Z';
  return w;
}

char* PrintDuration(char* w, SecondsAndNanos duration, std::string_view& why) {
  if (duration.seconds > kDurationSecondsMax || duration.seconds < -kDurationSecondsMax ||
      duration.nanos > kNanosMax || duration.nanos < -kNanosMax) {
    why = "duration out of range";
    return nullptr;
  }
  if (duration.seconds != 0 && duration.nanos != 0 &&
      (duration.seconds < 0) != (duration.nanos < 0)) {
    why = "nanos and seconds signs do not match";
    return nullptr;
  }
  if (duration.seconds < 0 || duration.nanos < 0) *w++ = '-';
  w = std::to_chars(w, w + 20, std::abs(duration.seconds)).ptr;
  w = PrintFraction(w, std::abs(duration.nanos));
  *w++ = 's';
  return w;
}

std::string SnakeCasePath(std::string_view camel) {
  std::string snake;
  for (char c : camel) {
    if (c >= 'A' && c <= 'Z') {
      snake += '_';
      c += 'a' - 'A';
    }
    snake += c;
  }
  return snake;
}

std::string CamelCasePath(std::string_view snake) {
  std::string camel;
  bool saw_underscore = false;
  for (char c : snake) {
    if (c == '_') {
      saw_underscore = true;
      continue;
    }
    if (saw_underscore) {
      if (c >= 'a' && c <= 'z') {
        c -= 'a' - 'A';
      } else if (!(c >= '0' && c <= '9') && c != '.') {
        camel += '_';
      }
    }
    camel += c;
    saw_underscore = false;
  }
  return camel;
}

}  // namespace minato::gateway
