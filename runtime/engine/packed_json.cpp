// Packing JSON: see packed_json.h. A value is a byte that says what it is, or is it already, and what
// follows. PERSISTED: what a byte means never changes.
#include "runtime/engine/packed_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/abi/frame.h"
#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/history_words.h"
#include "runtime/value/check.h"

namespace endcap::packed {
namespace {

using Json = nlohmann::ordered_json;

enum What : uint8_t {
  Null = 0,
  False = 1,
  True = 2,
  Unsigned = 3,  // number
  Negative = 4,  // number: -1 is 0
  Written = 5,   // another number, as it is written
  Text = 6,
  Word = 7,           // number in history_words.h
  Hex = 8,            // bytes
  Second = 9,         // moment: seconds since 1970, from 0
  Moment = 10,        // moment: microseconds from the entry's
  Object = 11,        // count, then {number of the member's name, the name when that is 0, value}
  Array = 12,         // count, then values
  Outside = 13,       // number of an Elsewhere
  ShortText = 0x40,   // and its size, below 64
  SmallNumber = 0x80  // and itself, below 128
};
constexpr size_t kHexLeast = 16;  // shorter ones are words and numbers of people

bool is_hex(std::string_view text) {
  return text.size() >= kHexLeast && text.size() % 2 == 0 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string bytes_of_hex(std::string_view text) {
  const auto digit = [](char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2)
    bytes.push_back(static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1])));
  return bytes;
}

// Only as we write it ourselves: the text must come back.
std::optional<Instant> moment_of(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[10] != 'T' || text.back() != 'Z') return std::nullopt;
  const auto moment = instant_from_text(text);
  if (!moment || instant_to_text(*moment) != text) return std::nullopt;
  return *moment;
}

void put_string(std::string& out, std::string_view text, Instant time) {
  if (!abi::is_utf8(text)) {  // cut by another system: cleaned like all that goes out as JSON
    const std::string clean = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    return put_string(out, Json::parse(clean).get<std::string>(), time);
  }
  if (const auto word = history::kTextNumbers.of(text)) {
    out.push_back(Word);
    return put_number(out, *word);
  }
  if (is_hex(text)) {
    out.push_back(Hex);
    return put_text(out, bytes_of_hex(text));
  }
  if (const auto moment = moment_of(text)) {
    const bool round = *moment % kSecond == 0 && time % kSecond != 0;
    out.push_back(static_cast<char>(round ? Second : Moment));
    return round ? put_difference(out, static_cast<uint64_t>(*moment / kSecond), 0)
                 : put_difference(out, static_cast<uint64_t>(*moment), static_cast<uint64_t>(time));
  }
  if (text.size() < SmallNumber - ShortText) {
    out.push_back(static_cast<char>(ShortText | text.size()));
    out.append(text);
    return;
  }
  out.push_back(Text);
  put_text(out, text);
}

void put_unsigned(std::string& out, uint64_t value) {
  if (value < 256 - SmallNumber) {
    out.push_back(static_cast<char>(SmallNumber | value));
    return;
  }
  out.push_back(Unsigned);
  put_number(out, value);
}

void put_whole(std::string& out, int64_t value) {
  if (value >= 0) return put_unsigned(out, static_cast<uint64_t>(value));
  out.push_back(Negative);
  put_number(out, static_cast<uint64_t>(-1 - value));
}

void put_value(std::string& out, const Json& json, Instant time);

void put_name(std::string& out, std::string_view name) {
  const auto number = history::kMemberNumbers.of(name);
  put_number(out, number.value_or(0));
  if (!number) put_text(out, name);
}

void put_value(std::string& out, const Json& json, Instant time) {
  switch (json.type()) {
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
      return out.push_back(Null);
    case Json::value_t::boolean:
      return out.push_back(json.get<bool>() ? True : False);
    case Json::value_t::number_unsigned:
      return put_unsigned(out, json.get<uint64_t>());
    case Json::value_t::number_integer:
      return put_whole(out, json.get<int64_t>());
    case Json::value_t::number_float:
      out.push_back(Written);
      return put_text(out, json.dump());
    case Json::value_t::string:
      return put_string(out, json.get_ref<const std::string&>(), time);
    case Json::value_t::object:
      out.push_back(Object);
      put_number(out, json.size());
      for (const auto& [name, value] : json.items()) {
        put_name(out, name);
        put_value(out, value, time);
      }
      return;
    case Json::value_t::array:
      out.push_back(Array);
      put_number(out, json.size());
      for (const Json& value : json) put_value(out, value, time);
      return;
  }
}

class Sink final : public abi::JsonSink {
 public:
  Sink(std::string& out, Instant time) : out_(out), time_(time) {}
  void null() override { out_.push_back(Null); }
  void boolean(bool value) override { out_.push_back(value ? True : False); }
  void number(int64_t value) override { put_whole(out_, value); }
  void text(std::string_view value) override { put_string(out_, value, time_); }
  void begin_object(size_t members) override {
    out_.push_back(Object);
    put_number(out_, members);
  }
  void name(std::string_view name) override { put_name(out_, name); }
  void end_object() override {}
  void begin_array(size_t elements) override {
    out_.push_back(Array);
    put_number(out_, elements);
  }
  void end_array() override {}

 private:
  std::string& out_;
  Instant time_;
};

// Of JSON as it is read. How many members there were is known at their end, and put before them.
class JsonReader final : public nlohmann::json_sax<Json> {
 public:
  JsonReader(std::string& out, Instant time) : out_(out), time_(time) {}
  bool null() override { return element(), out_.push_back(Null), true; }
  bool boolean(bool value) override { return element(), out_.push_back(value ? True : False), true; }
  bool number_integer(int64_t value) override { return element(), put_whole(out_, value), true; }
  bool number_unsigned(uint64_t value) override { return element(), put_unsigned(out_, value), true; }
  bool number_float(double value, const std::string&) override {
    return element(), put_value(out_, Json(value), time_), true;
  }
  bool string(std::string& value) override { return element(), put_string(out_, value, time_), true; }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(size_t) override { return begin(Object); }
  bool key(std::string& name) override {
    ++open_.back().count;
    put_name(out_, name);
    return true;
  }
  bool end_object() override { return end(); }
  bool start_array(size_t) override { return begin(Array); }
  bool end_array() override { return end(); }
  bool parse_error(size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  struct Open {
    What what;
    size_t begin = 0, count = 0;
  };
  void element() {
    if (!open_.empty() && open_.back().what == Array) ++open_.back().count;
  }
  bool begin(What what) {
    element();
    out_.push_back(static_cast<char>(what));
    open_.push_back({what, out_.size()});
    return true;
  }
  bool end() {
    std::string count;
    put_number(count, open_.back().count);
    out_.insert(open_.back().begin, count);
    open_.pop_back();
    return true;
  }

  std::string& out_;
  Instant time_;
  std::vector<Open> open_;
};

template <size_t N>
std::string word_of(const std::array<std::string_view, N>& words, uint64_t number) {
  CHECK(number < N);  // of a newer release, which opening refuses
  return std::string(words[number]);
}

Json take_value(std::string_view& bytes, Instant time);

std::string take_name(std::string_view& bytes) {
  const uint64_t number = take_number(bytes);
  return number == 0 ? std::string(take_text(bytes)) : word_of(history::kMembers, number);
}

Json take_value(std::string_view& bytes, Instant time) {
  const uint8_t what = take_byte(bytes);
  if (what >= SmallNumber) return what & (SmallNumber - 1);
  if (what >= ShortText) {
    const size_t size = what - ShortText;
    CHECK(size <= bytes.size());
    std::string text(bytes.substr(0, size));
    bytes.remove_prefix(size);
    return text;
  }
  switch (static_cast<What>(what)) {
    case Null:
      return nullptr;
    case False:
      return false;
    case True:
      return true;
    case Unsigned:
      return take_number(bytes);
    case Negative:
      return -1 - static_cast<int64_t>(take_number(bytes));
    case Written:
      return Json::parse(take_text(bytes));
    case Text:
      return std::string(take_text(bytes));
    case Word:
      return word_of(history::kTexts, take_number(bytes));
    case Hex:
      return abi::hex(take_text(bytes));
    case Second:
      return instant_to_text(static_cast<Instant>(take_difference(bytes, 0)) * kSecond);
    case Moment:
      return instant_to_text(static_cast<Instant>(take_difference(bytes, static_cast<uint64_t>(time))));
    case Object: {
      Json object = Json::object();
      for (uint64_t count = take_number(bytes); count > 0; --count) {
        std::string name = take_name(bytes);
        object[std::move(name)] = take_value(bytes, time);
      }
      return object;
    }
    case Array: {
      Json array = Json::array();
      for (uint64_t count = take_number(bytes); count > 0; --count) array.push_back(take_value(bytes, time));
      return array;
    }
    default:
      CHECK(false);
  }
}

}  // namespace

uint8_t take_byte(std::string_view& bytes) {
  CHECK(!bytes.empty());
  const auto byte = static_cast<uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  return byte;
}

uint64_t take_number(std::string_view& bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    CHECK(shift < 64);
    const uint8_t byte = take_byte(bytes);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
}

std::string_view take_text(std::string_view& bytes) {
  const uint64_t size = take_number(bytes);
  CHECK(size <= bytes.size());
  const auto text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return text;
}

void Members::put(std::string_view name, uint64_t value) {
  put_name(bytes_, name);
  put_unsigned(bytes_, value);
}

void Members::put(std::string_view name, std::string_view text) {
  put_name(bytes_, name);
  const auto kept = std::ranges::find(elsewhere_, name, &Elsewhere::member);
  if (kept == elsewhere_.end() || text != kept->text) return put_string(bytes_, text, time_);
  bytes_.push_back(Outside);
  bytes_.push_back(static_cast<char>(kept->number));
}

void Members::put(std::string_view name, const Json& value) {
  if (value.is_string()) return put(name, std::string_view(value.get_ref<const std::string&>()));
  put_name(bytes_, name);
  put_value(bytes_, value, time_);
}

void Members::put_flag(std::string_view name, bool value) {
  put_name(bytes_, name);
  bytes_.push_back(value ? True : False);
}

void Members::put_json(std::string_view name, std::string_view json) {
  put_name(bytes_, name);
  JsonReader reader(bytes_, time_);
  CHECK(Json::sax_parse(json, &reader));
}

void Members::put_packed(std::string_view name, const abi::Types& types, abi::TypeId type,
                         std::string_view value) {
  put_name(bytes_, name);
  Sink sink(bytes_, time_);
  abi::tell_packed(types, type, value, sink);
}

std::string put_members(const Json& object, size_t first, Instant time,
                        const std::vector<Elsewhere>& elsewhere) {
  Members members(time, elsewhere);
  size_t place = 0;
  for (const auto& [name, value] : object.items()) {
    if (place++ >= first) members.put(name, value);
  }
  return members.take();
}

void take_members(std::string_view bytes, Instant time, Json& object, const Ask& ask) {
  while (!bytes.empty()) {
    std::string name = take_name(bytes);
    if (!bytes.empty() && bytes.front() == Outside) {
      bytes.remove_prefix(1);
      object[std::move(name)] = ask(take_byte(bytes), object);
    } else {
      object[std::move(name)] = take_value(bytes, time);
    }
  }
}

}  // namespace endcap::packed
