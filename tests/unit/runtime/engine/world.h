// An engine on a simulated disk and store, a system that does what the script says, and a clock that the test
// moves.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/journal/local_log.h"
#include "runtime/journal/simulated_disk.h"
#include "runtime/store/simulated_store.h"

namespace endcap::test {

using Json = nlohmann::ordered_json;

inline const Instant kMonday = instant_from_text("2026-11-23T00:00:00Z").value();  // 09:00 is kMonday + 9 h

// How much has happened at which a process may end, over all its lives.
struct Happened {
  uint64_t inputs = 0;  // starts, events, calls of partners, decisions, of `input`
  uint64_t drains = 0;
  uint64_t disk_changes = 0;      // writes and syncs of files and folders
  uint64_t acknowledgements = 0;  // records
  uint64_t calls_sent = 0, calls_answered = 0;
  uint64_t timers = 0;
  uint64_t messages = 0;  // a partition followed one of another, or an event
  uint64_t all() const {
    return inputs + drains + disk_changes + acknowledgements + calls_sent + calls_answered + timers +
           messages;
  }
};

class World {
 public:
  // Gives the answer of one attempt; nothing: no answer yet (`answer` gives it later).
  using System = std::function<std::optional<CallResult>(const CallRequest&)>;

  World(std::shared_ptr<abi::Program> program, System system, uint16_t partitions = 2, uint64_t seed = 1);

  void open();  // recovers; a failure is an exception
  void deploy(std::shared_ptr<abi::Program> program) {
    program_ = std::move(program);
  }                               // of the next opening
  std::string try_open();         // the error, empty when it opened
  void crash(bool power = true);  // the process ends; with `power`, so do unsynced sectors. Opens again
  bool tick();                    // drain, sync, settle, calls; see `runs_ahead`
  void run();                     // until nothing happens any more at this time
  void run_to(Instant time);      // from timer to timer
  void run_out();                 // until no timer is left

  Json start(const std::string& workflow, const std::string& id, const std::string& request = "");
  Json event(const std::string& type, const Json& data, const std::string& id = "");
  Json decide(uint64_t task, const std::string& person, const std::string& what,
              const std::string& reason = "", const std::string& answers = "", const std::string& except = "",
              const std::string& remark = "");
  Json delegate(uint64_t task, const std::string& person, const std::string& to);
  Json task(uint64_t number);
  Json lines(uint64_t task, const std::string& after = "", uint32_t limit = 0);
  Json show(const std::string& workflow, const std::string& key);
  Json list(const Json& filter = Json::object());
  std::vector<Json> tasks(const Json& filter = Json::object());
  std::vector<Json> history(uint64_t instance, const std::string& kind = "");
  std::string status(const std::string& workflow, const std::string& key);
  void answer(uint64_t call, CallResult result);

  Engine& engine() { return *engine_; }
  Engine& input() {  // which is counted
    ++happened_.inputs;
    return *engine_;
  }
  Happened happened();
  Journal& journal() { return *log_; }
  SimulatedDisk& disk() { return disk_; }
  SimulatedStore& store() { return *store_; }
  EngineOptions options;
  uint64_t segment_bytes = 1u << 20;  // of the log
  Instant now = kMonday + 9 * kHour;
  // Where time is a clock's: makes it as late as this, and gives what the clock reads then.
  std::function<Instant(Instant)> time_comes;
  // Asked before each sync, before what it acknowledged is told, and before that is applied; true: another
  // round is computed first, as it is where engine, journal and store have threads of their own.
  std::function<bool()> runs_ahead;
  // Called before and after each sync; true: crash now.
  std::function<bool()> crash_now;
  bool tells_twice = false;  // each answer that comes at once
  // Calls that have no answer yet.
  std::map<uint64_t, std::pair<PartitionId, CallRequest>> open_calls;
  uint64_t crashes = 0;
  uint64_t dies_opening = 0;  // not 0: after how many accesses to the disk the next opening ends

 private:
  Json wait_for(std::optional<Json>& reply);
  bool hand_out_calls();
  Position applied() const;  // of all partitions
  void process_ends();
  void pass_to(Instant time);

  std::shared_ptr<abi::Program> program_;
  System system_;
  SimulatedDisk disk_;
  std::unique_ptr<SimulatedStore> store_;
  std::unique_ptr<Journal> log_;
  std::unique_ptr<Engine> engine_;
  uint64_t next_event_ = 0;
  bool synced_ = false;  // and not told yet
  Happened happened_;
};

JsonReply keep(std::optional<Json>& reply);  // {"refused": kind, "message": ...} for a refusal

}  // namespace endcap::test
