// The shell's threads: see shell.h.
#include "runtime/serve/shell.h"

#include <fmt/format.h>

#include <utility>

#include "runtime/value/check.h"

namespace endcap {
namespace {

constexpr std::chrono::nanoseconds kLookAgain =
    std::chrono::seconds(1);  // the machine's clock may have been set
constexpr std::chrono::seconds kLookAtDisk{1};           // others fill it, too
constexpr std::chrono::milliseconds kWaitForRoom{200};  // that others may have made
constexpr size_t kFewBytes = 16u << 10;                 // of a round: worth no other thread
constexpr std::chrono::milliseconds kSlowSync{5};

}  // namespace

Shell::Shell(Engine& engine, Journal& journal, Clock& clock, std::unique_ptr<Connector> connector,
             ShellOptions options)
    : engine_(engine),
      journal_(journal),
      clock_(clock),
      connector_(std::move(connector)),
      options_(std::move(options)) {
  if (!options_.log) options_.log = [](const std::string&) {};
}

Shell::~Shell() { stop(); }

void Shell::start() {
  CHECK(!engine_thread_.joinable());
  now_ = clock_.now({engine_.next_due(), true});
  shown_ = now_;
  engine_thread_ = std::thread([this] { run_engine(); });
  journal_thread_ = std::thread([this] { run_journal(); });
  store_thread_ = std::thread([this] { run_store(); });
}

void Shell::stop() {
  if (!engine_thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    sends_ = false;
    woken_ = true;
    engine_wakes_.notify_all();
    // Results of calls in flight are worth waiting for: they need not be asked for again.
    outside_wakes_.wait_for(lock, options_.drain_max, [&] { return (in_flight_ == 0 && idle_) || failure_; });
    stopping_ = true;
    woken_ = true;
  }
  engine_wakes_.notify_all();
  outside_wakes_.notify_all();
  engine_thread_.join();
  {
    std::scoped_lock lock(mutex_);
    others_stop_ = true;
  }
  journal_wakes_.notify_all();
  store_wakes_.notify_all();
  journal_thread_.join();
  store_thread_.join();
  connector_.reset();
  journal_.sync();
  settle_and_apply(engine_);
}

bool Shell::post(std::function<void(Engine&)> work, Share share) {
  {
    std::scoped_lock lock(mutex_);
    auto& queue = share == Share::Promised ? promised_ : posted_;
    const size_t most = share == Share::Promised ? options_.queue_promised : options_.queue_max;
    if (stopping_ || failure_ || queue.size() >= most) return false;
    queue.push_back(std::move(work));
    idle_ = false;
    woken_ = true;
  }
  engine_wakes_.notify_one();
  return true;
}

std::optional<std::string> Shell::failure() {
  std::scoped_lock lock(mutex_);
  return failure_;
}

std::optional<std::string> Shell::wait(bool until_idle) {
  std::unique_lock lock(mutex_);
  outside_wakes_.wait(lock,
                      [&] { return failure_ || stopping_ || (until_idle && idle_ && in_flight_ == 0); });
  return failure_;
}

void Shell::wake_engine() {
  {
    std::scoped_lock lock(mutex_);
    woken_ = true;
  }
  engine_wakes_.notify_one();
}

// One round: what was acknowledged, what is due, what came in. True when there may be more to do at once.
bool Shell::round() {
  {
    std::scoped_lock lock(mutex_);
    woken_ = false;  // what wakes the engine from here on may come too late for this round
  }
  engine_.settle();
  // Read before the inputs are looked at: the time they waited for was idle, and counts. On the way out
  // nothing becomes due any more.
  if (sends_) now_ = clock_.now({engine_.next_due(), calls_are_under_way() || engine_.busy()});
  engine_.show_as_of(now_);
  send_calls();
  hand_in();
  keep_time();
  const bool worked = engine_.drain(now_);
  if (auto alarm = clock_.alarm(); !alarm.empty()) options_.log(alarm);
  if (worked) sync();
  const bool applied = apply();
  for (const std::string& notice : engine_.take_notices()) options_.log(notice);
  // New data has nothing acknowledged yet: what was shown at the start stands until it has.
  shown_ = clock_.keep_every() ? std::max(shown_.load(), engine_.acknowledged_time()) : now_;
  return worked || applied;
}

bool Shell::calls_are_under_way() {
  std::scoped_lock lock(mutex_);
  return in_flight_ > 0 || !replies_.empty();
}

// What came in since the last round.
void Shell::hand_in() {
  std::vector<std::function<void(Engine&)>> posted, promised;
  std::vector<CallReply> replies;
  {
    std::scoped_lock lock(mutex_);
    posted.swap(posted_);
    promised.swap(promised_);
    replies.swap(replies_);
  }
  for (CallReply& reply : replies) engine_.call_finished(std::move(reply));
  for (auto& work : promised) work(engine_);
  for (auto& work : posted) work(engine_);
}

// A thread that has to wake up first is worth it when there is something to do meanwhile.
bool Shell::something_waits() {
  std::scoped_lock lock(mutex_);
  return !posted_.empty() || !promised_.empty() || !replies_.empty();
}

// What a round appended: here when it is little and nothing waits, on a disk that does not keep others waiting.
void Shell::sync() {
  const size_t bytes = journal_.waiting_bytes();
  if (bytes == 0) return;
  bool here = bytes <= kFewBytes && !disk_is_slow_ && !something_waits() && has_room();
  if (here) {
    Pressure pressure = engine_.pressure();
    std::scoped_lock lock(mutex_);
    here = !syncing_ && !appended_;
    if (here) pressure_meanwhile_ = std::move(pressure);
  }
  if (here) {
    sync_once();
    std::scoped_lock lock(mutex_);
    pressure_meanwhile_.reset();
  }
  if (here && journal_.waiting_bytes() == 0 && has_room()) return;
  {
    std::scoped_lock lock(mutex_);
    appended_ = true;
  }
  journal_wakes_.notify_one();
}

bool Shell::has_room() const { return journal_.room().level == Room::Level::Enough; }

bool Shell::sync_once() {
  const auto begin = std::chrono::steady_clock::now();
  const bool did = journal_.sync();
  if (did) disk_is_slow_ = std::chrono::steady_clock::now() - begin > kSlowSync;
  return did;
}

std::optional<Pressure> Shell::pressure_while_syncing() {
  std::scoped_lock lock(mutex_);
  return pressure_meanwhile_;
}

// True when it is done here.
bool Shell::apply() {
  const size_t bytes = engine_.bytes_to_apply();
  if (bytes == 0) return false;
  if (bytes <= kFewBytes && !something_waits() && engine_.apply()) {
    engine_.settle();
    return true;
  }
  {
    std::scoped_lock lock(mutex_);
    handed_over_ = true;
  }
  store_wakes_.notify_one();
  return false;
}

// On the way out as well: what passed until then has passed.
void Shell::keep_time() {
  const auto every = clock_.keep_every();
  const auto real = std::chrono::steady_clock::now();
  if (!every || engine_.last_time() >= now_ || (sends_ && real - kept_at_ < *every)) return;
  kept_at_ = real;
  engine_.keep_time();
}

void Shell::send_calls() {
  auto calls = engine_.take_calls();
  if (calls.empty()) return;
  if (!sends_) {
    for (auto& [partition, request] : calls) {
      CallResult refused;
      refused.kind = CallResult::Kind::Unavailable;
      refused.message = "the daemon stopped before it was sent";
      engine_.call_finished({partition, request.call, request.attempt, std::move(refused)});
    }
    std::scoped_lock lock(mutex_);
    woken_ = true;
    return;
  }
  {
    std::scoped_lock lock(mutex_);
    in_flight_ += calls.size();
  }
  for (auto& [partition, request] : calls) {
    const auto of = [from = partition, attempt = request.attempt](uint64_t call, CallResult result) {
      return CallReply{from, call, attempt, std::move(result)};
    };
    connector_->start(std::move(request), [this, of](uint64_t call, CallResult result) {
      {
        std::scoped_lock lock(mutex_);
        --in_flight_;
        replies_.push_back(of(call, std::move(result)));
        idle_ = false;
        woken_ = true;
      }
      engine_wakes_.notify_one();
    });
  }
}

void Shell::note_idle(bool idle) {
  {
    std::scoped_lock lock(mutex_);
    idle_ = idle && posted_.empty() && promised_.empty() && replies_.empty();
    if (!idle_) return;
  }
  outside_wakes_.notify_all();
}

void Shell::run_engine() {
  while (true) {
    const bool worked = round();
    if (auto failure = engine_.failure()) {
      std::scoped_lock lock(mutex_);
      failure_ = std::move(failure);
      outside_wakes_.notify_all();
      return;
    }
    const bool busy = engine_.busy();
    const auto next_due = engine_.next_due();
    // Nothing is due ever again, or we are on our way out and the rest can wait for the next start.
    note_idle(!worked && !busy && (!next_due || !sends_));

    std::unique_lock lock(mutex_);
    if (worked || woken_) continue;
    if (stopping_) return;
    const bool stands_still = busy || in_flight_ > 0;
    std::chrono::nanoseconds delay = clock_.wait({next_due, stands_still}).value_or(kLookAgain);
    if (const auto every = clock_.keep_every()) delay = std::min(delay, *every);
    if (stands_still || !sends_)
      delay = std::max<std::chrono::nanoseconds>(delay, std::chrono::milliseconds(1));
    engine_wakes_.wait_for(lock, std::min(delay, kLookAgain), [&] { return woken_; });
  }
}

// Looks at the disk now and then, too: what waits for room goes on when there is, and the engine is told.
void Shell::run_journal() {
  auto level = Room::Level::Enough;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const std::chrono::milliseconds patience = level == Room::Level::None ? kWaitForRoom : kLookAtDisk;
      journal_wakes_.wait_for(lock, patience, [&] { return appended_ || others_stop_; });
      if (!appended_ && others_stop_) return;
      appended_ = false;
      syncing_ = true;
    }
    while (sync_once()) wake_engine();
    {
      std::scoped_lock lock(mutex_);
      syncing_ = false;
    }
    if (const auto now = journal_.room().level; now != std::exchange(level, now)) wake_engine();
  }
}

// What finds no room waits for the engine to look again.
void Shell::run_store() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      store_wakes_.wait(lock, [&] { return handed_over_ || others_stop_; });
      if (!handed_over_) return;
      handed_over_ = false;
    }
    while (engine_.apply()) wake_engine();
  }
}

}  // namespace endcap
