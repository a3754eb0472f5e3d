// What happened, entry by entry: as a row while it goes on, packed with the others of its family once that
// has ended, and as JSON for who reads it.
//
// A packed entry is {kind, flags, time, instance, path, element, task, details}. Known words are numbers
// (history_words.h), a moment is told from that of the entry, what stands in the entry before it is not said
// again. No program is needed to read it. Two texts are kept elsewhere for as long as it is, and not put down
// again: the root of an approval, by its task, and the key of a notification, which follows from the folder.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/engine/packed_json.h"
#include "runtime/value/time.h"

namespace endcap::history {

struct Entry {
  uint64_t number = 0;  // grows; has gaps
  Instant time = 0;
  std::string kind;
  uint64_t instance = 0;
  std::string path, element;
  std::optional<uint64_t> task;  // the first member of what it tells, where it is about one
  std::string details;           // the other members, packed
};

// Whose history it is.
struct Home {
  uint64_t root = 0;
  std::string folder = {};  // rows::Identity::folder
};
// Of a task: the root of its tree when people were asked, or at its end; nothing: there is no such task.
using RootOfTask = std::function<std::optional<std::string>(uint64_t task, bool at_first)>;

// PERSISTED: what is kept elsewhere.
enum Kept : uint8_t { NotifyKey = 1, FirstRoot = 2, LastRoot = 3 };

// It is about no task, and packed already.
Entry entry_of(Instant time, std::string kind, uint64_t instance, std::string path, std::string element,
               packed::Members details);
// `details` is an object.
Entry entry_of(const Home& home, Instant time, std::string kind, uint64_t instance, std::string path,
               std::string element, const nlohmann::ordered_json& details);
// {"number", "time", "kind", ...}
nlohmann::ordered_json json_of(const Home& home, const Entry& entry, const RootOfTask& root_of_task);

// A row of Table::History of the family `root`, and back; also of one that an older release wrote.
std::string row_of(const Entry& entry, uint64_t root);
Entry entry_of_row(uint64_t root, uint64_t number, std::string_view bytes);

// Many in the order of their numbers.
class Packer {
 public:
  explicit Packer(uint64_t root) : root_(root) {}
  void add(const Entry& entry);
  size_t size() const { return bytes_.size(); }
  std::string take() { return std::move(bytes_); }

 private:
  uint64_t root_;
  Entry before_;
  std::string bytes_;
};
// Each of them, from the one with the number `from` on, until `visit` gives false: then it gives false too.
bool each_packed(uint64_t root, std::string_view bytes, uint64_t from,
                 const std::function<bool(const Entry&)>& visit);

}  // namespace endcap::history
