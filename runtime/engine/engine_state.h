// What the partitions of an engine share, and what is handed to one of them.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/applier.h"
#include "runtime/engine/correlation.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/family_upgrade.h"
#include "runtime/engine/people.h"
#include "runtime/engine/rows.h"

namespace endcap {

using Json = nlohmann::ordered_json;

// What other systems say may be cut in the middle of a character: that must not stop a record.
inline std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The same for the same values in every version of a program: members by their names, without those that are
// absent.
inline std::string canonical(const std::string& object) {
  nlohmann::json json = nlohmann::json::parse(object);
  for (auto member = json.begin(); member != json.end();)
    member = member->is_null() ? json.erase(member) : std::next(member);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Who asked for an instance, for history.
inline Json asker_json(const rows::Message& message) {
  if (!message.partner.empty()) return {{"partner", message.partner}, {"call", message.call}};
  if (message.kind == rows::Message::Kind::Scheduled)
    return {{"schedule", message.source}, {"moment", instant_to_text(message.moment)}};
  return {{"id", message.waiter.root}, {"workflow", message.source}, {"key", message.source_key}};
}

// Acknowledgements come on the thread that syncs and wait here for `settle`.
class Acks {
 public:
  struct Each {
    PartitionId partition;
    Position position;
    Ack ack;
  };
  void push(Each each) {
    std::lock_guard lock(mutex_);
    list_.push_back(each);
  }
  std::vector<Each> take() {
    std::lock_guard lock(mutex_);
    return std::exchange(list_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Each> list_;
};

// What the partitions of an engine share.
struct EngineState {
  std::shared_ptr<const abi::Program> program;
  Store& store;
  Journal& journal;
  EngineOptions options;
  std::string folder;  // Identity::folder
  abi::Types types;    // the program's, and of each view the record of its key's cells and a list of its own
  std::vector<abi::TypeId> view_keys = {}, view_lists = {};
  People people;
  Counters counters;
  std::shared_ptr<Acks> acks = std::make_shared<Acks>();
  Applier applier{store};
  std::string failure;                    // not empty: nothing is done any more
  std::vector<std::string> notices = {};  // for the log
  const std::vector<std::vector<uint32_t>> correlation = correlation_fields(*program);
  RecentMessages recent_messages{options.partitions};
};

using KnownPrograms = std::map<std::string, KnownProgram>;  // by hash

// What a machine is resumed with.
struct Input {
  uint32_t tag = abi::Ok;
  uint32_t detail = 0;
  std::string value;  // packed
  abi::TypeId type = abi::kNoType;
  std::string call;  // encoded rows::Pending, when a call did not end well
};

// A start whose arguments fit its workflow: see starts.cpp.
struct ParsedStart {
  uint32_t workflow = 0;
  std::string key, frame, arguments, request_id, content;
  std::vector<abi::Blob> blobs;
  JsonReply reply;
  rows::Message asked;  // by whom, when another instance asked for it
};
struct ParsedEvent {
  std::string seen_key;  // what is remembered of it
  std::shared_ptr<HeardMessage> heard;
  bool is_kept = false;  // for who follows; otherwise `heard` is the message alone
  JsonReply reply;
};
// A call of a partner, once it is known what it stands for: an event, or, without a type, the key of a start.
struct InboundCall {
  std::string seen_key, content;  // what is remembered of it
  rows::Message event;
  JsonReply reply;
};
// The error is a sentence for whoever starts it.
std::expected<ParsedStart, std::string> parse_start(const EngineState& state, const abi::Workflow& workflow,
                                                    const std::string& arguments_json);

// Workflows that run beside handlers, of events or of steps that are late, where others run them.
std::set<uint32_t> workflows_run_with_handlers(const abi::Program& program);

}  // namespace endcap
