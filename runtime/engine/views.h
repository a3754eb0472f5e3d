// What others may see: acknowledged state, read from the store, as JSON. The formats are in
// docs/reference/api.md, "Views".
#pragma once

#include <expected>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "runtime/engine/engine.h"
#include "runtime/engine/people.h"
#include "runtime/engine/rows.h"

namespace endcap {

// First 8 bytes of the SHA-256 of the key, big-endian, modulo the number of partitions. The keys: workflow
// name, a zero byte and the instance's key; an event's source, a zero byte and its id.
PartitionId partition_of_key(std::string_view key, uint16_t partitions);

class Views {
 public:
  using Reply = std::expected<std::string, Refusal>;
  using Json = nlohmann::ordered_json;

  Views(const abi::Program& program, Store& store, const EngineOptions& options, const People& people,
        Instant now)
      : program_(program), store_(store), options_(options), people_(people), now_(now) {}

  Reply show(const std::string& workflow_or_id, const std::string& key);
  Reply list(const std::string& filter);
  Reply history(uint64_t instance, uint64_t from, uint32_t limit);
  Reply tasks(const std::string& filter);
  Reply schedules();  // schedule_views.cpp
  // carry_views.cpp
  Reply routes();
  Reply held(const std::string& of, uint64_t after, uint32_t limit);
  Reply held_item(uint64_t number);
  // line_views.cpp
  Reply one_task(uint64_t number);
  Reply lines(uint64_t task, const std::string& after, uint32_t limit);
  std::vector<std::string> undecidable();
  // Why a row could not be read, of which an answer would say that it is not there. Empty while all is well.
  const std::string& unreadable() const { return unreadable_; }

 private:
  template <typename Row>
  std::optional<Row> find(PartitionId partition, Table table, const std::string& key) const {
    auto bytes = store_.get(partition, table, key);
    if (!bytes) unreadable_ = bytes.error().message;
    if (!bytes || !*bytes) return std::nullopt;
    return rows::decode<Row>(key, **bytes);
  }
  PartitionId partition_of(uint64_t number) const {
    return static_cast<PartitionId>(number % options_.partitions);
  }
  std::expected<std::vector<rows::Carrier>, Refusal> carriers() const;
  Json summary(const rows::Family& family) const;
  Json waiting(const rows::Instance& row) const;
  Json task(const rows::Task& row) const;
  const abi::WaitPoint* asked_at(const rows::Task& row) const;
  std::optional<rows::Task> find_task(uint64_t number) const;
  // Each leaf of an approval that the task is about, in the order of their keys, from that of `from` on.
  // `seen` gives false for enough.
  struct Line;
  std::expected<void, Refusal> each_line(const rows::Task& task, const std::string& from,
                                         const std::function<bool(const Line&)>& seen) const;
  std::vector<rows::Proposal> proposals_of(const rows::Task& task) const;
  std::expected<Json, Refusal> totals(const rows::Task& task) const;
  const abi::Policy* policy_of(const rows::Task& approval) const;
  bool may_see(const rows::Task& row, const std::string& person) const;

  const abi::Program& program_;
  Store& store_;
  const EngineOptions& options_;
  const People& people_;
  Instant now_;  // who is away then
  mutable std::string unreadable_;
};

}  // namespace endcap
