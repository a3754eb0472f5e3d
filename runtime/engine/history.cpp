// Entries as rows, packed, and as JSON: see history.h.
#include "runtime/engine/history.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "runtime/abi/frame.h"
#include "runtime/engine/history_words.h"
#include "runtime/engine/packed_json.h"
#include "runtime/engine/rows.h"
#include "runtime/engine/write_keys.h"
#include "runtime/value/check.h"

namespace endcap::history {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kPackedRow = 2;  // first byte; rows of fields have rows::kVersion
static_assert(kPackedRow != rows::kVersion);

// PERSISTED.
enum Flags : uint8_t {
  OfRoot = 1,  // its instance is the family's first
  Instance = 2,
  Path = 4,
  Element = 8,
  Task = 16,
  SamePath = 32,  // as the entry before
  SameElement = 64,
};

Entry told(Instant time, std::string kind, uint64_t instance, std::string path, std::string element,
           const Json& details) {
  Entry entry{0, time, std::move(kind), instance, std::move(path), std::move(element), {}, {}};
  const bool about_task = !details.empty() && details.begin().key() == "task" &&
                          details.begin()->is_number_integer() && *details.begin() >= 0;
  if (about_task) entry.task = details.begin()->get<uint64_t>();
  return entry;
}

std::vector<packed::Elsewhere> kept_elsewhere(const Home& home, const Entry& entry, const Json& details) {
  std::vector<packed::Elsewhere> elsewhere;
  const auto call = details.find("call");
  if (entry.kind == "notify" && call != details.end() && call->is_number_integer())
    elsewhere.push_back({"key", notify_key(home.folder, home.root, call->get<uint64_t>()), NotifyKey});
  const bool first = entry.kind == "asked" || entry.kind == "permitted" || entry.kind == "forbidden";
  const bool last = entry.kind == "granted" || entry.kind == "rejected";
  const auto root = details.find("merkleRoot");
  const bool has_root = root != details.end() && root->is_string() && *root != "";
  if (entry.task && has_root && (first || last))
    elsewhere.push_back({"merkleRoot", root->get<std::string>(), first ? FirstRoot : LastRoot});
  return elsewhere;
}

// Without its number. What the entry before says is not said again.
void put_entry(std::string& out, const Entry& entry, const Entry& before, uint64_t root) {
  const auto kind = kKindNumbers.of(entry.kind);
  packed::put_number(out, kind.value_or(0));
  if (!kind) packed::put_text(out, entry.kind);
  uint8_t flags = 0;
  if (entry.instance != 0) flags |= entry.instance == root ? OfRoot : Instance;
  if (!entry.path.empty()) flags |= entry.path == before.path ? SamePath : Path;
  if (!entry.element.empty()) flags |= entry.element == before.element ? SameElement : Element;
  if (entry.task) flags |= Task;
  out.push_back(static_cast<char>(flags));
  packed::put_difference(out, static_cast<uint64_t>(entry.time), static_cast<uint64_t>(before.time));
  if (flags & Instance) packed::put_difference(out, entry.instance, root);
  if (flags & Path) packed::put_text(out, entry.path);
  if (flags & Element) packed::put_text(out, entry.element);
  if (flags & Task) packed::put_difference(out, *entry.task, root);
  out.append(entry.details);
}

Entry take_entry(std::string_view bytes, const Entry& before, uint64_t root) {
  Entry entry;
  const uint64_t kind = packed::take_number(bytes);
  CHECK(kind < kKinds.size());  // of a newer release, which opening refuses
  entry.kind = kind == 0 ? packed::take_text(bytes) : kKinds[kind];
  const uint8_t flags = packed::take_byte(bytes);
  entry.time = static_cast<Instant>(packed::take_difference(bytes, static_cast<uint64_t>(before.time)));
  if (flags & OfRoot) entry.instance = root;
  if (flags & Instance) entry.instance = packed::take_difference(bytes, root);
  if (flags & SamePath) entry.path = before.path;
  if (flags & Path) entry.path = packed::take_text(bytes);
  if (flags & SameElement) entry.element = before.element;
  if (flags & Element) entry.element = packed::take_text(bytes);
  if (flags & Task) entry.task = packed::take_difference(bytes, root);
  entry.details = bytes;
  return entry;
}

}  // namespace

Entry entry_of(Instant time, std::string kind, uint64_t instance, std::string path, std::string element,
               packed::Members details) {
  return {0, time, std::move(kind), instance, std::move(path), std::move(element), {}, details.take()};
}

Entry entry_of(const Home& home, Instant time, std::string kind, uint64_t instance, std::string path,
               std::string element, const Json& details) {
  Entry entry = told(time, std::move(kind), instance, std::move(path), std::move(element), details);
  entry.details =
      packed::put_members(details, entry.task ? 1 : 0, time, kept_elsewhere(home, entry, details));
  return entry;
}

Json json_of(const Home& home, const Entry& entry, const RootOfTask& root_of_task) {
  Json json = {{"number", entry.number}, {"time", instant_to_text(entry.time)}, {"kind", entry.kind}};
  if (entry.instance != 0) json["instance"] = entry.instance;
  if (!entry.path.empty()) json["path"] = entry.path;
  if (!entry.element.empty()) json["element"] = entry.element;
  if (entry.task) json["task"] = *entry.task;
  packed::take_members(entry.details, entry.time, json, [&](uint8_t number, const Json& so_far) -> Json {
    if (number == NotifyKey) return notify_key(home.folder, home.root, so_far.at("call").get<uint64_t>());
    CHECK(entry.task && (number == FirstRoot || number == LastRoot));
    const auto root = root_of_task(*entry.task, number == FirstRoot);
    return root ? Json(abi::hex(*root)) : Json();
  });
  return json;
}

std::string row_of(const Entry& entry, uint64_t root) {
  std::string out(1, kPackedRow);
  put_entry(out, entry, {}, root);
  return out;
}

Entry entry_of_row(uint64_t root, uint64_t number, std::string_view bytes) {
  CHECK(!bytes.empty());
  Entry entry;
  if (bytes.front() == kPackedRow) {
    entry = take_entry(bytes.substr(1), {}, root);
  } else {
    auto row = rows::decode<rows::Entry>(bytes);
    const Json details = row.details.empty() ? Json::object() : Json::parse(row.details);
    entry = told(row.time, std::move(row.kind), row.instance, std::move(row.path), std::move(row.element),
                 details);
    // It tells all by itself, and goes on doing so: who wrote it kept no first root.
    entry.details = packed::put_members(details, entry.task ? 1 : 0, row.time, {});
  }
  entry.number = number;
  return entry;
}

void Packer::add(const Entry& entry) {
  CHECK(entry.number > before_.number);
  packed::put_number(bytes_, entry.number - before_.number);
  std::string one;
  put_entry(one, entry, before_, root_);
  packed::put_text(bytes_, one);
  before_ = entry;
}

bool each_packed(uint64_t root, std::string_view bytes, uint64_t from,
                 const std::function<bool(const Entry&)>& visit) {
  Entry before;
  while (!bytes.empty()) {
    const uint64_t number = before.number + packed::take_number(bytes);
    Entry entry = take_entry(packed::take_text(bytes), before, root);
    entry.number = number;
    if (number >= from && !visit(entry)) return false;
    before = std::move(entry);
  }
  return true;
}

}  // namespace endcap::history
