// The threads around the engine: one runs it, one syncs the journal, one applies to the store. While record n
// is being synced, n + 1 is computed and n - 1 applied; when hardly anything is to do, all is done on the
// first, and nobody waits for a thread to wake up.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/serve/clock.h"

namespace endcap {

// Whose place a request takes that waits for the engine.
enum class Share : uint8_t {
  Ordinary,
  Promised,  // what people decide, and whoever looks whether all is well: new work can't take their places
};

struct ShellOptions {
  size_t queue_max = 10'000;      // requests that wait for the engine; more are refused with Overloaded
  size_t queue_promised = 2'000;  // beside them
  std::chrono::milliseconds drain_max{5'000};   // how long `stop` waits for calls in flight
  std::function<void(const std::string&)> log;  // one line each, from any thread
};

class Shell {
 public:
  // Engine, journal and clock must outlive the shell. Calls go to `connector`.
  Shell(Engine& engine, Journal& journal, Clock& clock, std::unique_ptr<Connector> connector,
        ShellOptions options);
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  void start();
  // Takes in nothing more, waits a while for calls in flight so that their results are kept, syncs, and ends
  // the threads. What is still in flight then is asked for or tried again at the next start, as its operation
  // allows.
  void stop();

  // Runs `work` on the engine's thread soon, what is promised first. False when its queue is full or the
  // shell stops: `work` is not run then.
  bool post(std::function<void(Engine&)> work, Share share = Share::Ordinary);

  std::optional<std::string> failure();  // why the engine stopped: the process must end and recover

  // Blocks until the engine failed (its reason), `stop` was called (empty), or nothing is left to do and
  // `until_idle` (empty).
  std::optional<std::string> wait(bool until_idle = false);

  // While the engine's thread waits for the disk: how much there was to do before. A disk that stands still
  // must not make the daemon look as if it did.
  std::optional<Pressure> pressure_while_syncing();

  // Journal time of the last round; of a clock that the journal keeps, what a restart would go on from.
  Instant now() const { return shown_.load(); }
  const Clock& clock() const { return clock_; }

 private:
  void run_engine();
  void run_journal();
  void run_store();
  bool round();
  void hand_in();
  void sync();
  bool sync_once();
  bool has_room() const;
  bool apply();
  bool calls_are_under_way();
  bool something_waits();
  void keep_time();
  void send_calls();
  void note_idle(bool idle);
  void wake_engine();

  Engine& engine_;
  Journal& journal_;
  Clock& clock_;
  std::unique_ptr<Connector> connector_;
  ShellOptions options_;

  std::mutex mutex_;  // the fields up to `failure_`
  std::condition_variable engine_wakes_, journal_wakes_, store_wakes_, outside_wakes_;
  std::vector<std::function<void(Engine&)>> posted_, promised_;
  std::vector<CallReply> replies_;
  size_t in_flight_ = 0;
  bool woken_ = false, appended_ = false, syncing_ = false, handed_over_ = false, idle_ = false,
       stopping_ = false, others_stop_ = false;
  std::optional<Pressure> pressure_meanwhile_;
  std::optional<std::string> failure_;

  Instant now_ = 0;
  std::chrono::steady_clock::time_point kept_at_{};
  std::atomic<Instant> shown_{0};
  std::atomic<bool> sends_{true};
  std::atomic<bool> disk_is_slow_{false};
  std::thread engine_thread_, journal_thread_, store_thread_;
};

}  // namespace endcap
