// Rows as bytes: a version, then numbered fields. A field that is not there has its default; a number is
// never used twice for different things, so that a reader of the next release knows the rows of this one, and
// skips what it does not know.
//
// A row says its fields once, for writing and reading: `template <typename F> void fields(F& f) { f(1,
// number); f(2, text); }`. A struct of another layer has a free function `fields_of(f, value)` here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/value/check.h"
#include "runtime/value/decimal.h"

namespace endcap::rows {

inline constexpr char kVersion = 1;

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
inline constexpr bool kIsWide = std::is_same_v<T, Int128>;
template <typename T>
inline constexpr bool kIsNumber = std::is_integral_v<T> || std::is_enum_v<T>;

template <typename T>
using Unsigned = std::conditional_t<kIsWide<T>, unsigned __int128, uint64_t>;

template <typename F, typename T>
void all_fields(F& f, T& value) {
  if constexpr (requires { value.fields(f); }) {
    value.fields(f);
  } else {
    fields_of(f, value);
  }
}

class Writer {
 public:
  static constexpr bool kReads =
      false;  // rows that threads share are written at the same time: only read them
  Writer() { bytes_.reserve(kMostRows); }
  template <typename T>
  void operator()(uint32_t number, T& value) {
    if constexpr (IsVector<T>::value) {
      for (auto& each : value) write(number, each, true);
    } else if constexpr (IsOptional<T>::value) {
      if (value) write(number, *value, true);
    } else {
      write(number, value, false);
    }
  }
  std::string& bytes() { return bytes_; }

 private:
  static constexpr size_t kMostRows = 160;  // are not longer

  template <typename T>
  void write(uint32_t number, T& value, bool even_if_empty) {
    if constexpr (std::is_same_v<T, std::string>) {
      if (even_if_empty || !value.empty()) put(number, value);
    } else if constexpr (kIsWide<T> || kIsNumber<T>) {
      char bytes[sizeof(Int128)];
      size_t count = 0;
      for (auto rest = Unsigned<T>(value); rest != 0; rest >>= 8)
        bytes[count++] = static_cast<char>(rest & 0xff);
      if (even_if_empty || count > 0) put(number, {bytes, count});
    } else {
      Writer inner;
      all_fields(inner, value);
      if (even_if_empty || !inner.bytes_.empty()) put(number, inner.bytes_);
    }
  }
  void size(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  void put(uint32_t number, std::string_view bytes) {
    size(number);
    size(bytes.size());
    bytes_.append(bytes);
  }

  std::string bytes_;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(std::string_view bytes) {
    entries_.reserve(32);  // more than nearly every row has
    while (good_ && !bytes.empty()) {
      const uint64_t number = size(bytes), length = size(bytes);
      if (length > bytes.size()) good_ = false;
      if (!good_) return;
      ordered_ = ordered_ && (entries_.empty() || entries_.back().first <= number);
      entries_.emplace_back(number, bytes.substr(0, length));
      bytes.remove_prefix(length);
    }
  }

  template <typename T>
  void operator()(uint32_t number, T& value) {
    if constexpr (IsVector<T>::value) value.clear();
    if constexpr (IsOptional<T>::value) value.reset();
    for (size_t i = first_of(number); i < entries_.size(); ++i) {
      const auto& [field, bytes] = entries_[i];
      if (field != number) {
        if (ordered_) break;
        continue;
      }
      if constexpr (IsVector<T>::value) {
        read(bytes, value.emplace_back());
      } else if constexpr (IsOptional<T>::value) {
        read(bytes, value.emplace());
      } else {
        read(bytes, value);
      }
    }
  }
  bool good() const { return good_; }

 private:
  // Where entries of that number begin, or would. Rows are written and asked for in the order of their
  // numbers, but for a few.
  size_t first_of(uint32_t number) {
    if (!ordered_) return 0;
    if (next_ > 0 && entries_[next_ - 1].first >= number) next_ = 0;
    while (next_ < entries_.size() && entries_[next_].first < number) ++next_;
    return next_;
  }
  template <typename T>
  void read(std::string_view bytes, T& value) {
    if constexpr (kIsWide<T>) {
      if (bytes.size() > 16) good_ = false;
      unsigned __int128 number = 0;
      for (size_t i = 0; i < bytes.size() && i < 16; ++i) {
        number |= static_cast<unsigned __int128>(static_cast<uint8_t>(bytes[i])) << (8 * i);
      }
      value = static_cast<T>(number);
    } else if constexpr (kIsNumber<T>) {
      if (bytes.size() > 8) good_ = false;
      uint64_t number = 0;
      for (size_t i = 0; i < bytes.size() && i < 8; ++i) {
        number |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
      }
      value = static_cast<T>(number);
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = bytes;
    } else {
      Reader inner(bytes);
      all_fields(inner, value);
      good_ = good_ && inner.good_;
    }
  }
  uint64_t size(std::string_view& bytes) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes.empty()) break;
      const auto byte = static_cast<uint8_t>(bytes.front());
      bytes.remove_prefix(1);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    good_ = false;
    return 0;
  }

  std::vector<std::pair<uint64_t, std::string_view>> entries_;
  size_t next_ = 0;
  bool ordered_ = true;
  bool good_ = true;
};

// A row that does not say again what its key says: it stands nowhere else.
template <typename Row>
concept KnownByKey = requires(Row& row, std::string_view key) {
  row.take_key(key);
  row.stands_at(key);
};

template <typename Row>
std::string encode(std::string_view key, const Row& row) {
  if constexpr (KnownByKey<Row>) CHECK(row.stands_at(key));
  Writer writer;
  writer.bytes().push_back(kVersion);
  all_fields(writer, const_cast<Row&>(row));  // a writer only reads
  return std::move(writer.bytes());
}
template <typename Row>
requires(!KnownByKey<Row>) std::string encode(const Row& row) { return encode({}, row); }

// The store checks its own bytes: a row that can't be read is a bug of ours or of a newer release, which
// opening refuses.
template <typename Row>
Row decode(std::string_view key, std::string_view bytes) {
  CHECK(!bytes.empty() && bytes.front() == kVersion);
  Reader reader(bytes.substr(1));
  Row row;
  all_fields(reader, row);
  CHECK(reader.good());
  if constexpr (KnownByKey<Row>) row.take_key(key);
  return row;
}
template <typename Row>
requires(!KnownByKey<Row>) Row decode(std::string_view bytes) { return decode<Row>({}, bytes); }

}  // namespace endcap::rows
