// Durable steps: the real engine, log and RocksDB on one thread, with calls that answer at once.
#include "tests/bench/steps.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "runtime/engine/engine.h"
#include "tests/bench/open_data.h"
#include "tests/bench/shell_steps.h"

namespace endcap::bench {
namespace {

// One sync's worth of records, as the engine appended them.
struct Appended {
  PartitionId partition;
  std::string bytes;
};
using Round = std::vector<Appended>;

// Passes everything on and keeps what was appended, so that the limit can be measured with the very same
// bytes.
class RecordingJournal : public Journal {
 public:
  explicit RecordingJournal(Journal& inner) : inner_(inner) {}
  std::expected<Opened, JournalError> open(PartitionId partition, NodeId node) override {
    return inner_.open(partition, node);
  }
  void append(PartitionId partition, Epoch epoch, Position expected, BatchId batch, std::string bytes,
              Completion done) override {
    round_.push_back({partition, bytes});
    inner_.append(partition, epoch, expected, batch, std::move(bytes), std::move(done));
  }
  bool sync() override {
    if (!round_.empty()) rounds.push_back(std::exchange(round_, {}));
    return inner_.sync();
  }
  size_t waiting_bytes() const override { return inner_.waiting_bytes(); }
  std::unique_ptr<Cursor> tail(PartitionId partition, Position from) override {
    return inner_.tail(partition, from);
  }
  void trim(PartitionId partition, Position up_to) override { inner_.trim(partition, up_to); }

  std::vector<Round> rounds;

 private:
  Journal& inner_;
  Round round_;
};

constexpr int kStages = 9;

struct Level {
  double steps_per_second = 0;
  std::vector<double> latencies_us;  // of a step: result handed in to next intent durable
  std::vector<double> workflows_us;  // of all nine: start handed in to the ninth result durable
  uint64_t steps = 0;
  std::vector<Round> rounds;
};

Level run_engine(const std::shared_ptr<const abi::Program>& program, const StepsOptions& options,
                 uint32_t in_flight) {
  std::filesystem::remove_all(options.folder);
  OpenData data(options.folder);
  RecordingJournal journal(*data.journal);
  auto engine = must(open_engine(program, *data.store, journal, {}));
  uint64_t started = 0;
  struct Underway {
    double begin = 0;
    int calls = 0;
  };
  std::map<uint64_t, Underway> runs;
  std::vector<uint64_t> ninth;  // whose last result is in the round under way
  const auto start = [&] {
    runs[started] = {seconds_now(), 0};
    engine->start({.workflow = "NineSteps",
                   .arguments_json = fmt::format(R"({{"note":"N{}"}})", started++),
                   .request_id = {},
                   .reply = {}});
  };
  for (uint32_t i = 0; i < in_flight; ++i) start();

  Level level;
  Instant now = 1;
  const double begin = seconds_now();
  double round_begin = begin;
  while (round_begin - begin < options.seconds) {
    const uint64_t finished = engine->counters().finished;
    engine->drain(++now);
    journal.sync();
    settle_and_apply(*engine);
    for (uint64_t i = engine->counters().finished - finished; i > 0; --i) start();
    const double round_end = seconds_now();
    for (const uint64_t note : std::exchange(ninth, {})) {
      level.workflows_us.push_back((round_end - runs[note].begin) * 1e6);
      runs.erase(note);
    }
    for (auto& [partition, call] : engine->take_calls()) {
      engine->call_finished({partition, call.call, call.attempt, {}});
      level.latencies_us.push_back((round_end - round_begin) * 1e6);
      const uint64_t note = note_in(call.payload);
      if (++runs[note].calls == kStages) ninth.push_back(note);
      ++level.steps;
    }
    round_begin = round_end;
  }
  level.steps_per_second = static_cast<double>(level.steps) / (seconds_now() - begin);
  level.rounds = std::move(journal.rounds);
  return level;
}

// Appends, syncs and applies the same bytes in the same rounds. Gives the seconds it took.
double run_raw(const StepsOptions& options, const std::vector<Round>& rounds) {
  std::filesystem::remove_all(options.folder);
  OpenData data(options.folder);
  std::vector<Opened> opened;
  for (PartitionId partition = 0; partition < EngineOptions{}.partitions; ++partition)
    opened.push_back(must(data.journal->open(partition, 1)));
  // Opening is a record of its own; and one round may hold several records of a partition.
  std::vector<Position> applied;
  for (PartitionId partition = 0; partition < opened.size(); ++partition) {
    for (Position position = 1; position <= opened[partition].tail; ++position)
      must(data.store->apply(partition, position, {}));
    applied.push_back(opened[partition].tail);
  }
  BatchId batch = 0;
  const double begin = seconds_now();
  for (const Round& round : rounds) {
    for (const Appended& record : round) {
      Opened& tail = opened[record.partition];
      data.journal->append(record.partition, tail.epoch, tail.tail++, ++batch, record.bytes, [](Ack) {});
    }
    data.journal->sync();
    for (const Appended& record : round) {
      must(data.store->apply(record.partition, ++applied[record.partition],
                             must(decode_operations(record.bytes)).operations));
    }
  }
  return seconds_now() - begin;
}

}  // namespace

std::vector<Figure> bench_steps(const std::shared_ptr<const abi::Program>& program,
                                const StepsOptions& options) {
  std::vector<Figure> figures;
  for (const uint32_t in_flight : options.in_flight) {
    Level level = run_engine(program, options, in_flight);
    const double limit = static_cast<double>(level.steps) / run_raw(options, level.rounds);
    const std::string name = fmt::format("steps/{}", in_flight);
    figures.push_back({name, level.steps_per_second, "steps/s", limit,
                       "limit: the same bytes and syncs, log and RocksDB alone"});
    figures.push_back({name + "/p50",
                       percentile(level.latencies_us, 0.5),
                       "us",
                       {},
                       "a step: result in to next intent durable"});
    figures.push_back({name + "/p99", percentile(level.latencies_us, 0.99), "us", {}, ""});
    const std::string whole = fmt::format("nine_steps/{}", in_flight);
    figures.push_back({whole + "/p50",
                       percentile(level.workflows_us, 0.5),
                       "us",
                       {},
                       "start in to the ninth result durable"});
    figures.push_back({whole + "/p99", percentile(level.workflows_us, 0.99), "us", {}, ""});
    if (in_flight != options.in_flight.back()) continue;
    std::filesystem::remove_all(options.folder);
    const ShellSteps threads = run_shell_steps(
        program, {.folder = options.folder, .in_flight = in_flight, .seconds = options.seconds});
    figures.push_back({name + "/threads", threads.rate(), "steps/s", limit,
                       "by the daemon's threads: a record is computed while the one before is synced"});
  }
  std::filesystem::remove_all(options.folder);
  return figures;
}

}  // namespace endcap::bench
