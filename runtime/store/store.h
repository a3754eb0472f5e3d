// The state tables of a node: ordered bytes per partition and table. RocksDB in production, an ordered map in the simulator.
// A store is applied only with operations the journal has acknowledged; it has no log of its own.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace endcap {

using PartitionId = uint16_t;
using Position = uint64_t;   // of a record in a partition's journal; the first is 1

// Persisted: numbers never change meaning.
enum class Table : uint8_t {
  Meta = 1,          // applied position, epochs, counters
  Instance = 2,      // instance number -> header and frame
  Key = 3,           // workflow and key -> instance number
  Timer = 4,         // due, sequence -> what
  Pending = 5,       // outgoing calls that are recorded and not resolved
  Task = 6,          // tasks and approvals
  Leaf = 7,          // frozen leaves of approvals
  Subscription = 8,  // event, key -> instance
  Group = 9,         // fan-out: counters of a join
  Result = 10,       // yielded values of elements
  Undo = 11,         // recorded compensations
  Blob = 12,         // large lists by instance and hash
  Dedup = 13,        // seen event and request ids
  Message = 14,      // stored events: every partition follows them by a cursor of its own
  Account = 15,      // what a policy's budget has let through
  Schedule = 16,     // name -> when it comes round next, and what came of the last time
  Carried = 17,      // routes and syncs, and their items that are not done
  Sealing = 18,      // instances that have ended and whose history is to be sealed
  // From here on in a column family of their own
  History = 64,      // instance, sequence -> entry; a row is put once, and deleted once at most
  Sealed = 65,       // day, instance, sequence of the last -> entries
};

struct RowOperation {
  Table table;
  std::string key;
  std::optional<std::string> value;  // absent: delete
  friend bool operator==(const RowOperation&, const RowOperation&) = default;
};

using Rows = std::vector<std::pair<std::string, std::string>>;  // keys and values, in key order

struct StoreError {
  std::string message;
  bool full = false;  // the disk: nothing was done, and it may be tried again when there is room
};

// What a store is behind with.
struct StorePressure {
  uint64_t level0_files = 0;      // not compacted, of the family that has most
  uint64_t sealed_buffers = 0;    // not flushed, likewise
  uint64_t compaction_bytes = 0;  // debt of all families
  uint64_t unflushed_bytes = 0;
  bool full = false;   // the disk was too full for something in the background
  std::string behind;  // not empty: before long writes would be slowed down, in words why
};

class StoreImage;

class Store {
 public:
  virtual ~Store() = default;
  // Applies acknowledged operations in journal order; re-applying a position that is already in is allowed and changes nothing,
  // leaving one out is refused. By one thread at a time, which may be another than the one that calls everything else here.
  virtual std::expected<void, StoreError> apply(PartitionId, Position, const std::vector<RowOperation>&) = 0;
  // Last position applied; survives a restart up to what was flushed.
  virtual Position applied(PartitionId) = 0;
  // Everything up to this position is on stable storage: the journal may be trimmed below it.
  virtual Position flushed(PartitionId) = 0;
  virtual std::expected<void, StoreError> flush(PartitionId) = 0;
  virtual StorePressure pressure() { return {}; }
  // After a full disk: false while there is no room, and then `apply` may fail with `full`.
  virtual bool go_on() { return true; }

  virtual std::expected<std::optional<std::string>, StoreError> get(PartitionId, Table, std::string_view key) = 0;
  virtual std::expected<std::vector<std::optional<std::string>>, StoreError> multi_get(PartitionId, Table, const std::vector<std::string>& keys) = 0;
  // Rows of [from, to) in key order until `visit` gives false. An empty `to` is the end of the table.
  virtual std::expected<void, StoreError> scan(PartitionId, Table, std::string_view from, std::string_view to,
                                               const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
  // What stands under each of these prefixes, by which rows of the table are looked for (row_prefixes.h); absent where that is more
  // than `rows_max`, and where the rows before are more than kScannedAtOnce bytes. One look at the store for all of them. Of prefixes that ascend with little between them it goes from one to
  // the next.
  static constexpr size_t kScannedAtOnce = 1u << 20;
  enum class Between : uint8_t { Much, Little };
  virtual std::expected<std::vector<std::optional<Rows>>, StoreError> multi_scan(PartitionId, Table, const std::vector<std::string>& prefixes,
                                                                                 size_t rows_max, Between = Between::Much) = 0;
  // Its files as they stand now (store_image.h), from any thread. The store must outlive the image; one in memory has none.
  virtual std::expected<std::unique_ptr<StoreImage>, StoreError> image();
};

struct StoreOptions {
  uint16_t partitions = 4;
  size_t write_buffer_bytes = 24u << 20;  // unflushed data of the node, the bound on restart time
  size_t block_cache_bytes = 64u << 20;
};
// Errors name the folder and what to do (in use, wrong format, disk full, corrupt).
std::expected<std::unique_ptr<Store>, StoreError> open_rocksdb_store(const std::filesystem::path& folder, const StoreOptions& options);
// runtime/store/simulated_store.h: `crash()` goes back to the last flushed image.
class SimulatedStore;
std::unique_ptr<SimulatedStore> make_simulated_store(uint16_t partitions);

}  // namespace endcap
