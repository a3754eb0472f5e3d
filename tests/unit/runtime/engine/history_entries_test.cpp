// Entries of history as bytes: what they tell comes back, whichever release wrote them.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

#include "runtime/abi/frame.h"
#include "runtime/engine/history.h"
#include "runtime/engine/history_words.h"
#include "runtime/engine/write_keys.h"

using namespace endcap;

namespace {
using Told = nlohmann::ordered_json;

const Instant kNoon = instant_from_text("2026-11-23T12:00:00.000123Z").value();

const history::Home kHome{8, "the test's data."};

// Without anything that is kept elsewhere.
Told shown(const history::Entry& entry) { return history::json_of(kHome, entry, {}); }

Told told_again(const Told& details, uint64_t root = 8) {
  const auto entry = history::entry_of(kHome, kNoon, "started", root, "launch.inStores", "S1", details);
  return shown(history::entry_of_row(root, 17, history::row_of(entry, root)));
}

Told page_entry(const Told& details, uint64_t root = 8) {
  Told json = {{"number", 17},
               {"time", "2026-11-23T12:00:00.000123Z"},
               {"kind", "started"},
               {"instance", root},
               {"path", "launch.inStores"},
               {"element", "S1"}};
  json.update(details);
  return json;
}

// Any JSON that an object may hold.
class Random {
 public:
  explicit Random(uint32_t seed) : random_(seed) {}
  Told value(int depth = 0) {
    switch (random_() % (depth < 3 ? 12 : 10)) {
      case 0:
        return nullptr;
      case 1:
        return random_() % 2 == 0;
      case 2:
        return random_() % 200;
      case 3:
        return (uint64_t{random_()} << 32) | random_();
      case 4:
        return -static_cast<int64_t>(random_()) - 1;
      case 5:
        return static_cast<double>(random_()) / 1000;
      case 6:
        return text();
      case 7:
        return abi::hex(abi::sha256(text())).substr(0, random_() % 65);
      case 8:
        return instant_to_text(static_cast<Instant>(random_()) * (random_() % 2 == 0 ? kSecond : 1'234'567));
      case 9:
        return std::string(history::kTexts[random_() % history::kTexts.size()]);
      case 10: {
        Told array = Told::array();
        for (uint32_t i = random_() % 5; i > 0; --i) array.push_back(value(depth + 1));
        return array;
      }
      default:
        return object(depth + 1);
    }
  }
  Told object(int depth = 0) {
    Told json = Told::object();
    for (uint32_t i = random_() % 6; i > 0; --i) {
      const auto known = history::kMembers[random_() % history::kMembers.size()];
      json[known.empty() || random_() % 3 == 0 ? text() : std::string(known)] = value(depth);
    }
    return json;
  }
  std::string text() {
    std::string text;
    for (uint32_t i = random_() % (random_() % 8 == 0 ? 300 : 20); i > 0; --i)
      text += random_() % 9 == 0 ? "ü" : std::string(1, static_cast<char>(32 + random_() % 95));
    return text;
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("whatever an entry tells comes back as it was written") {
  Random random(7);
  for (int i = 0; i < 3'000; ++i) {
    const Told details = random.object();
    CAPTURE(details.dump());
    CHECK(told_again(details).dump() == page_entry(details).dump());
  }
}

TEST_CASE("text of JSON is packed to the same bytes as the value that it is") {
  Random random(8);
  const auto packed_at_once = [](const std::string& text) {
    packed::Members members(kNoon);
    members.put_json("value", text);
    return members.take();
  };
  for (int i = 0; i < 3'000; ++i) {
    const Told value = random.value();
    CAPTURE(value.dump());
    packed::Members members(kNoon);
    members.put("value", value);
    CHECK(packed_at_once(value.dump(i % 3)) == members.take());
  }
  packed::Members many(kNoon);
  Told wide = Told::object();
  for (int i = 0; i < 200; ++i) wide[std::to_string(i)] = {{"list", Told(std::vector<int>(300, i))}};
  many.put("value", wide);
  CHECK(packed_at_once(wide.dump()) == many.take());
}

TEST_CASE("moments, hashes and the task come back to the letter, and look-alikes too") {
  for (const char* text : {"2026-11-23T12:00:00Z", "2026-11-23T12:00:00.000123Z", "2026-11-23T12:00:00+01:00",
                           "2026-11-23T12:00:00.100000Z", "2026-02-30T12:00:00Z", "0001-01-01T00:00:00Z",
                           "9999-12-31T23:59:59.999999Z", "00ff00ff00ff00ff", "00FF00FF00FF00FF",
                           "00ff00ff00ff00f", "4006381333931000", "ok", ""}) {
    CAPTURE(text);
    CHECK(told_again({{"message", text}}).dump() == page_entry({{"message", text}}).dump());
  }
  for (const Told& details :
       {Told{{"task", 9}, {"label", "pricing"}}, Told{{"label", "pricing"}, {"task", 9}}, Told{{"task", "9"}},
        Told{{"task", -9}}, Told{{"task", UINT64_MAX}}}) {
    CAPTURE(details.dump());
    CHECK(told_again(details).dump() == page_entry(details).dump());
  }
}

TEST_CASE("a text that another system cut in the middle of a character is told with a replacement") {
  CHECK(told_again({{"message", "price \xc3"}})["message"] == "price \xef\xbf\xbd");
}

// A version, then fields: number, size, bytes.
TEST_CASE("an entry that an older release wrote is read for ever") {
  const auto field = [](char number, const std::string& bytes) {
    return std::string{number, static_cast<char>(bytes.size())} + bytes;
  };
  std::string time;
  for (auto rest = static_cast<uint64_t>(kNoon); rest != 0; rest >>= 8)
    time.push_back(static_cast<char>(rest));
  const std::string bare = '\x01' + field(1, time) + field(2, "expired");
  const std::string full = '\x01' + field(1, time) + field(2, "asked") + field(3, "\x08") +
                           field(4, "pricing") + field(5, "S1") +
                           field(6, R"({"task":9,"roles":["Finance"],"cost":1.50})");
  CHECK(shown(history::entry_of_row(8, 3, full)).dump() ==
        R"({"number":3,"time":"2026-11-23T12:00:00.000123Z","kind":"asked","instance":8,"path":"pricing",)"
        R"("element":"S1","task":9,"roles":["Finance"],"cost":1.5})");
  CHECK(shown(history::entry_of_row(8, 4, bare)).dump() ==
        R"({"number":4,"time":"2026-11-23T12:00:00.000123Z","kind":"expired"})");
}

TEST_CASE("what is kept elsewhere is not written again, and asked for when it is read") {
  const std::string root = abi::sha256("a tree"), other = abi::sha256("another");
  const auto tell = [&](const char* kind, const Told& details) {
    return history::entry_of(kHome, kNoon, kind, 8, "", "", details);
  };
  const auto read = [&](const history::Entry& entry) {
    return history::json_of(kHome, entry, [&](uint64_t task, bool at_first) {
      return task == 9 ? std::optional(at_first ? root : other) : std::nullopt;
    });
  };
  const auto asked = tell("asked", {{"task", 9}, {"merkleRoot", abi::hex(root)}, {"leaves", 3}});
  const auto granted = tell("granted", {{"task", 9}, {"merkleRoot", abi::hex(other)}});
  CHECK(history::row_of(asked, 8).size() < 20);
  CHECK(history::row_of(granted, 8).size() < 20);
  CHECK(read(asked)["merkleRoot"] == abi::hex(root));
  CHECK(read(granted)["merkleRoot"] == abi::hex(other));
  CHECK(read(tell("granted", {{"task", 10}, {"merkleRoot", abi::hex(other)}}))["merkleRoot"].is_null());
  CHECK(read(tell("rejected", {{"task", 9}, {"merkleRoot", ""}}))["merkleRoot"] == "");
  CHECK(read(tell("void", {{"task", 9}, {"merkleRoot", abi::hex(root)}}))["merkleRoot"] == abi::hex(root));
  const std::string key = notify_key(kHome.folder, kHome.root, 300);
  const Told notified = {{"call", 300}, {"operation", "Stamp"}, {"key", key}, {"attempt", 1}};
  CHECK(history::row_of(tell("notify", notified), 8).size() < 30);
  CHECK(shown(tell("notify", notified))["key"] == key);
  const Told by_hand = {{"call", 300}, {"key", "by hand"}};
  CHECK(shown(tell("notify", by_hand))["key"] == "by hand");
}

// The bytes that stand in data folders: a change of this text is a change of their format.
TEST_CASE("the bytes of an entry stay what they are") {
  const Told details = {{"task", 9},
                        {"label", "pricing"},
                        {"roles", {"Finance"}},
                        {"merkleRoot", "00ff00ff00ff00ff"},
                        {"inputHash", "00ff00ff00ff00ff"},
                        {"leaves", 3},
                        {"within", {{"rule", "2 h"}, {"at", "2026-11-23T14:00:00.000123Z"}}},
                        {"outcome", "ok"},
                        {"mine", -2}};
  const auto entry = history::entry_of(kHome, kNoon, "asked", 8, "pricing", "", details);
  CHECK(abi::hex(history::row_of(entry, 8)) ==
        "021215f6c181d58abcb00607"
        "70726963696e67"
        "02"
        "22"
        "4770726963696e67"
        "21"
        "0c01"
        "4746696e616e6365"
        "290d02"
        "190808"
        "00ff00ff00ff00ff"
        "28"
        "83"
        "2a"
        "0b02"
        "30"
        "43322068"
        "31"
        "0a"
        "80a0bad235"
        "09"
        "0701"
        "00"
        "046d696e65"
        "0401");
  CHECK(history::kKinds.size() == 62);
  CHECK(history::kKinds[1] == "started");
  CHECK(history::kKinds[59] == "reread");
  CHECK(history::kMembers[43] == "remind");
  CHECK(history::kMembers.back() == "undo");
  CHECK(history::kTexts[5] == "answered");
}

TEST_CASE("packed entries are read from any of them on, and no further than wanted") {
  history::Packer packer(8);
  std::map<uint64_t, std::string> written;
  Random random(11);
  for (uint64_t number = 5; number < 400; number += 1 + number % 3) {
    auto entry = history::entry_of(
        kHome, kNoon + static_cast<Instant>(number), number % 4 == 0 ? "decided" : "mine", number % 5,
        number % 7 == 0 ? "" : "a.b", number % 6 < 3 ? "S1" : "S2", random.object());
    entry.number = number;
    packer.add(entry);
    written[number] = shown(entry).dump();
  }
  const std::string bytes = packer.take();
  for (const uint64_t from : {0, 5, 6, 100, 398, 500}) {
    std::map<uint64_t, std::string> read;
    CHECK(history::each_packed(8, bytes, from, [&](const history::Entry& entry) {
      read[entry.number] = shown(entry).dump();
      return true;
    }));
    CHECK(read == std::map(written.lower_bound(from), written.end()));
  }
  size_t visited = 0;
  CHECK_FALSE(history::each_packed(8, bytes, 0, [&](const history::Entry&) { return ++visited < 3; }));
  CHECK(visited == 3);
}
