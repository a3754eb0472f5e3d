// A sweep by the real engine, log and RocksDB on one thread, beside the same guard by hand over the same
// numbers.
#include "tests/bench/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "runtime/engine/engine.h"
#include "runtime/journal/local_log.h"

namespace endcap::bench {
namespace {

constexpr uint32_t kShops = 600, kArticles = 50'000;
constexpr uint64_t kCombinations = uint64_t{kShops} * kArticles;

// In units of their scales: a share of 0.1 to 2.0 %, and one article in some thousand is short somewhere.
int64_t share_of(uint32_t shop) { return 10 + shop * 37 % 190; }
int64_t forecast_of(uint32_t article) { return 100'000 + int64_t{article} * 7919 % 900'000; }
int64_t planned_of(uint32_t article) {
  return article % 4001 == 0 ? forecast_of(article) * 195 / 10'000 : forecast_of(article) / 20;
}

bool by_hand(Int128 share, Int128 forecast, Int128 planned, bool& overflow) {
  Int128 product, scaled;
  overflow |= __builtin_mul_overflow(forecast, share, &product);
  overflow |= __builtin_mul_overflow(planned, Int128{10'000}, &scaled);
  return product > scaled;
}

struct ByHand {
  double seconds = 0;
  uint64_t matching = 0;
};

ByHand run_by_hand() {
  std::vector<Int128> shares, forecasts, planned;
  for (uint32_t i = 0; i < kShops; ++i) shares.push_back(share_of(i));
  for (uint32_t i = 0; i < kArticles; ++i) {
    forecasts.push_back(forecast_of(i));
    planned.push_back(planned_of(i));
  }
  std::vector<uint64_t> found;
  bool overflow = false;
  const double begin = seconds_now();
  for (uint64_t shop = 0; shop < kShops; ++shop) {
    for (uint64_t article = 0; article < kArticles; ++article) {
      if (by_hand(shares[shop], forecasts[article], planned[article], overflow))
        found.push_back(shop * kArticles + article);
    }
  }
  const double seconds = seconds_now() - begin;
  if (overflow) throw std::runtime_error("the guard by hand overflows");
  return {seconds, found.size()};
}

// A list of records as a system answers it.
std::string rows(const abi::Types& types, abi::TypeId list, uint32_t count,
                 const std::function<std::vector<int64_t>(uint32_t)>& values) {
  abi::Arena arena;
  const auto size = [](size_t cells) { return static_cast<uint32_t>(cells * sizeof(abi::Cell)); };
  const abi::Reference object = arena.allocate(size(count + 1));
  const abi::ListHeader header{count, 0, 0, 0};
  std::memcpy(arena.at(object), &header, sizeof header);
  const size_t fields = types[types[list].element].fields.size();
  for (uint32_t i = 0; i < count; ++i) {
    const abi::Reference record = arena.allocate(size(fields));
    const std::vector<int64_t> row = values(i);
    for (size_t field = 0; field < row.size(); ++field) arena.cells(record)[field].bits = row[field];
    arena.cells(object)[i + 1].bits = record;
  }
  return abi::pack_value(types, list, arena, abi::Cell{object}, nullptr);
}

}  // namespace

std::vector<Figure> bench_sweep(const std::shared_ptr<const abi::Program>& program,
                                const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "log");
  const auto disk = must(open_disk(folder / "log"));
  const auto log = must(open_local_log(*disk, {}));
  const auto store = must(open_rocksdb_store(folder / "state", {}));
  const auto engine = must(open_engine(program, *store, *log, {}));
  engine->start({.workflow = "Shortages", .arguments_json = R"({"part":1})", .request_id = {}, .reply = {}});

  const auto shown = [&] {
    const auto view = engine->show("Shortages", "1");
    return view ? nlohmann::json::parse(*view) : nlohmann::json::object();
  };
  Instant now = 1;
  const auto round = [&] {
    const bool more = engine->drain(++now);
    log->sync();
    settle_and_apply(*engine);
    for (auto& [partition, call] : engine->take_calls()) {
      const abi::Operation& read = program->operations[call.target];
      const abi::TypeId record = program->views[read.result_view.value()].record;
      const auto is_list = [&](const abi::Type& type) {
        return type.kind == abi::Kind::List && type.element == record;
      };
      const auto list =
          static_cast<abi::TypeId>(std::ranges::find_if(program->types, is_list) - program->types.begin());
      const bool shops = read.name == "Shops";
      CallResult result;
      result.value = rows(program->types, list, shops ? kShops : kArticles, [&](uint32_t i) {
        return shops ? std::vector<int64_t>{i, share_of(i)}
                     : std::vector<int64_t>{i, forecast_of(i), planned_of(i)};
      });
      engine->call_finished({partition, call.call, call.attempt, std::move(result)});
    }
    return more;
  };
  const auto sweep = [&] {
    for (const auto& wait : shown().value("waits", nlohmann::json::array())) {
      if (wait.contains("sweep")) return wait["sweep"];
    }
    return nlohmann::json();
  };
  for (int i = 0; i < 1000 && sweep().is_null(); ++i) round();
  if (sweep().is_null()) throw std::runtime_error("the sweep does not begin: " + shown().dump());
  const double begin = seconds_now();
  const uint64_t already = sweep()["lookedAt"];
  uint64_t matching = 0, bytes = 0;
  while (true) {
    round();
    const nlohmann::json at = sweep();
    if (at.is_null()) throw std::runtime_error("the sweep is over before it was looked at");
    if (at["lookedAt"] != kCombinations) continue;
    matching = at["matching"];
    break;
  }
  const double seconds = seconds_now() - begin;
  for (PartitionId partition = 0; partition < EngineOptions{}.partitions; ++partition)
    must(store->scan(partition, Table::Group, "", "", [&](std::string_view key, std::string_view value) {
      if (key.size() > 16 && key[16] == 'm') bytes += key.size() + value.size();
      return true;
    }));
  for (int i = 0; i < 1'000'000 && !shown().contains("outcome"); ++i) round();
  const ByHand hand = run_by_hand();
  if (hand.matching != matching)
    throw std::runtime_error(fmt::format("{} match, by hand {}", matching, hand.matching));
  std::filesystem::remove_all(folder);
  const double looked = static_cast<double>(kCombinations - already);
  const std::string what = fmt::format("{} x {} elements, {} match", kShops, kArticles, matching);
  return {{"sweep", looked / seconds / 1e6, "M/s", static_cast<double>(kCombinations) / hand.seconds / 1e6,
           what + ", durable; limit: the guard in C++ by hand, nothing stored"},
          {"sweep/stored",
           static_cast<double>(bytes) / static_cast<double>(kCombinations),
           "B/element",
           {},
           "what is kept of all that was looked at"}};
}

}  // namespace endcap::bench
