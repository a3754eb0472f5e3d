// The local log: one queue, one writer, one sync for all partitions that are ready. See local_log.h and
// log_format.h.
#include "runtime/journal/local_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <random>
#include <utility>

#include "runtime/journal/recovery.h"
#include "runtime/value/check.h"

namespace endcap {
namespace {

using namespace log_format;

constexpr uint64_t kSteps = 64;       // in which a segment is zeroed
constexpr uint64_t kStepsBehind = 4;  // so many are made up for while others wait
constexpr size_t kSegmentsBehind = 4;

class LocalLog final : public Journal {
 public:
  LocalLog(Disk& disk, const LocalLogOptions& options, RecoveredLog recovered)
      : disk_(disk),
        options_(options),
        segments_(std::move(recovered.segments)),
        chain_(recovered.chain),
        end_(recovered.end) {
    for (PartitionLog& log : recovered.partitions) {
      Partition partition;
      partition.assigned = log.last();
      partition.log = std::move(log);
      partitions_.push_back(std::move(partition));
    }
  }

  std::expected<void, JournalError> begin() {
    if (!segments_.empty()) return {};
    std::scoped_lock io(io_mutex_);
    return roll(0);
  }

  std::expected<Opened, JournalError> open(PartitionId partition, NodeId node) override {
    CHECK(partition < partitions_.size());
    Ack ack = Ack::Unknown;
    Opened opened;
    {
      std::scoped_lock lock(mutex_);
      Partition& state = partitions_[partition];
      opened = {++state.log.epoch, ++state.assigned};
      queue_.push_back({partition,
                        opened.tail,
                        opened.epoch,
                        node,
                        kEpochMarker,
                        encode_operations({}),
                        {},
                        [&ack](Ack got) { ack = got; }});
    }
    sync();
    if (ack != Ack::Ok) return std::unexpected(*failure());
    return opened;
  }

  void append(PartitionId partition, Epoch epoch, Position expected, BatchId batch_id, std::string bytes,
              Completion completion) override {
    CHECK(partition < partitions_.size());
    CHECK(bytes.size() <= kRecordBytesMax);
    std::scoped_lock lock(mutex_);
    Partition& state = partitions_[partition];
    Entry entry{partition, expected + 1, epoch, batch_id, 0, std::move(bytes), {}, std::move(completion)};
    if (epoch != state.log.epoch || expected != state.assigned) {
      entry.refused = Ack::Fenced;
    } else {
      ++state.assigned;
    }
    queue_.push_back(std::move(entry));
  }

  bool sync() override {
    std::scoped_lock io(io_mutex_);
    std::vector<Entry> batch;
    {
      std::scoped_lock lock(mutex_);
      batch = trim_copies();
      std::move(queue_.begin(), queue_.end(), std::back_inserter(batch));
      queue_.clear();
    }
    if (batch.empty()) {  // nobody waits
      if (!failure_) {
        remove_trimmed();
        prepare_next(0);
      }
      return false;
    }
    if (!failure_) {
      prepare_next(kStepsBehind);
      if (segments_.size() > kSegmentsBehind) remove_trimmed();
      if (auto written = write_batch(batch); !written) {
        std::scoped_lock lock(mutex_);
        failure_ = written.error();
      }
    }
    for (Entry& entry : batch) {
      if (entry.completion) entry.completion(entry.refused.value_or(failure_ ? Ack::Unknown : Ack::Ok));
    }
    return true;
  }

  std::unique_ptr<Cursor> tail(PartitionId partition, Position from) override;

  void trim(PartitionId partition, Position up_to) override {
    std::scoped_lock lock(mutex_);
    Partition& state = partitions_.at(partition);
    state.trimmed = std::max(state.trimmed, std::min(up_to, state.log.last()));
  }

  std::optional<JournalError> failure() const override {
    std::scoped_lock lock(mutex_);
    return failure_;
  }

 private:
  friend class LocalCursor;

  struct Entry {
    PartitionId partition = 0;
    Position position = 0;
    Epoch epoch = 0;
    BatchId batch_id = 0;
    uint16_t flags = 0;
    std::string bytes;
    std::optional<Ack> refused;  // decided at the door: nothing is written
    Completion completion;
  };
  struct Partition {
    PartitionLog log;       // what is on stable storage
    Position assigned = 0;  // last position given to an append
    Position trimmed = 0;
  };
  struct Written {
    const Entry* entry;
    RecordPlace place;
  };

  Segment& current() { return *segments_.back(); }

  std::expected<void, JournalError> write_batch(const std::vector<Entry>& batch) {
    std::string buffer;
    std::vector<Written> written;
    const uint64_t begin = end_;
    uint64_t from = begin;
    for (const Entry& entry : batch) {
      if (entry.refused) continue;
      const uint64_t bytes = record_bytes(static_cast<uint32_t>(entry.bytes.size()));
      if (from + buffer.size() + bytes > current().header.size) {
        if (auto stored = store(from, buffer, written); !stored) return stored;
        if (auto rolled = roll(bytes); !rolled) return rolled;
        from = end_;
      }
      RecordHeader header;
      header.previous = chain_;
      header.flags = entry.flags;
      header.partition = entry.partition;
      header.position = entry.position;
      header.epoch = entry.epoch;
      header.batch_id = entry.batch_id;
      header.synced_up_to = current().header.base + from;
      header.place = current().header.base + from + buffer.size();
      written.push_back(
          {&entry, {segments_.back(), from + buffer.size(), static_cast<uint32_t>(entry.bytes.size())}});
      encode_record(buffer, header, entry.bytes, seed_of(current().header));
      chain_ = header.checksum;
    }
    return store(from, buffer, written);
  }

  // Writes and syncs one batch's part in the current segment; only then are its records readable.
  std::expected<void, JournalError> store(uint64_t from, std::string& buffer, std::vector<Written>& written) {
    if (buffer.empty()) return {};
    buffer.resize(align(buffer.size(), kSector), kPadding);
    auto done = current().file->write(from, buffer);
    if (done) done = current().file->sync();
    if (!done) return std::unexpected(journal_error(done.error()));
    end_ = from + buffer.size();
    buffer.clear();
    std::scoped_lock lock(mutex_);
    for (const Written& record : written) {
      PartitionLog& log = partitions_[record.entry->partition].log;
      current().last[record.entry->partition] = record.entry->position;
      if ((record.entry->flags & kCopy) != 0) {
        log.records.back() = record.place;
        continue;
      }
      if (log.first == 0) log.first = record.entry->position;
      log.records.push_back(record.place);
    }
    written.clear();
    return {};
  }

  // Begins a segment with room for a record of `bytes`. The one before is complete and synced.
  std::expected<void, JournalError> roll(uint64_t bytes) {
    auto segment = std::make_shared<Segment>();
    SegmentHeader& header = segment->header;
    header.partitions = options_.partitions;
    header.previous = chain_;
    header.size = align(std::max(options_.segment_bytes, kSector + bytes), kSector);
    if (segments_.empty()) {
      header.identity = options_.identity != 0
                            ? options_.identity
                            : (uint64_t{std::random_device{}()} << 32 | std::random_device{}());
      header.sequence = 1;
      header.first_live = 1;
    } else {
      header.identity = current().header.identity;
      header.sequence = current().header.sequence + 1;
      header.base = current().header.base + current().header.size;
      header.first_live = segments_.front()->header.sequence;
    }
    segment->name = segment_name(header.sequence);
    if (!next_) {
      if (auto made = open_next(segment->name); !made) return std::unexpected(journal_error(made.error()));
    }
    segment->file = std::exchange(next_, nullptr);
    auto done = segment->file->allocate(header.size);
    if (done) done = segment->file->write(0, encode_segment_header(header));
    if (done) done = segment->file->sync();
    if (done) done = disk_.sync_folder();
    if (!done) return std::unexpected(journal_error(done.error()));
    next_bytes_ = 0;
    end_ = kSector;
    std::scoped_lock lock(mutex_);
    segments_.push_back(std::move(segment));
    return {};
  }

  std::expected<void, DiskError> open_next(const std::string& name) {
    auto file = disk_.open(name, true);
    if (!file) return std::unexpected(file.error());
    next_ = std::move(*file);
    next_bytes_ = 0;
    return {};
  }

  // Zeroes the next segment in small steps while the second half of this one fills, so that no commit waits
  // for a whole one: at most one step a call, and none while fewer than `behind` are missing. A failure (a
  // full disk) is not one yet: the step is tried again, and the roll reports it when there is no way on.
  void prepare_next(uint64_t behind) {
    const uint64_t half = current().header.size / 2;
    if (end_ < half || next_bytes_ >= options_.segment_bytes) return;
    const uint64_t wanted = std::min(options_.segment_bytes, 2 * (end_ - half));
    if (next_bytes_ + behind * options_.segment_bytes / kSteps > wanted) return;
    if (!next_ && !open_next(segment_name(current().header.sequence + 1))) return;
    const uint64_t bytes =
        std::min(options_.segment_bytes, next_bytes_ + align(options_.segment_bytes / kSteps, kSector));
    if (next_->allocate(bytes) && next_->sync()) next_bytes_ = bytes;
  }

  // The oldest segment can go when every record in it is trimmed. An idle partition's last record in it is
  // copied first.
  std::vector<Entry> trim_copies() {
    std::vector<Entry> copies;
    if (segments_.size() < 2 || failure_ || !is_trimmed(*segments_.front())) return copies;
    for (const auto& [partition, position] : segments_.front()->last) {
      const PartitionLog& log = partitions_[partition].log;
      if (log.last() != position || log.records.back().segment != segments_.front()) continue;
      auto record = read(partition, log.last(), log.records.back());
      if (!record) return {};  // unreadable: keep the segment, a cursor will say so
      copies.push_back(
          {partition, position, record->epoch, record->batch_id, kCopy, std::move(record->bytes), {}, {}});
    }
    return copies;
  }

  bool is_trimmed(const Segment& segment) const {
    return std::all_of(segment.last.begin(), segment.last.end(),
                       [&](const auto& entry) { return entry.second <= partitions_[entry.first].trimmed; });
  }

  // Oldest first and one at a time, each made durable before the next, so that what is left is always without
  // gaps.
  void remove_trimmed() {
    while (true) {
      std::string name;
      {
        std::scoped_lock lock(mutex_);
        if (segments_.size() < 2 || !is_trimmed(*segments_.front())) return;
        const auto& oldest = segments_.front();
        for (Partition& partition : partitions_) {
          if (!partition.log.records.empty() && partition.log.records.back().segment == oldest) return;
        }
        for (Partition& partition : partitions_) {
          auto& records = partition.log.records;
          auto kept = std::find_if(records.begin(), records.end(),
                                   [&](const RecordPlace& place) { return place.segment != oldest; });
          partition.log.first += static_cast<Position>(kept - records.begin());
          records.erase(records.begin(), kept);
        }
        name = oldest->name;
        segments_.erase(segments_.begin());
      }
      // A file that can't be removed now is stale for the next start.
      if (!disk_.remove(name) || !disk_.sync_folder()) return;
    }
  }

  std::expected<Record, JournalError> read(PartitionId partition, Position position,
                                           const RecordPlace& place) const {
    const Segment& segment = *place.segment;
    const auto damaged = [&](std::string_view what) {
      return std::unexpected(JournalError{
          JournalError::Kind::Corrupt,
          fmt::format("The journal is damaged: {} at offset {}, partition {}: {}. Stop the daemon and "
                      "restore the data folder from a backup.",
                      segment.name, place.offset, partition, what)});
    };
    auto bytes = segment.file->read(place.offset, kRecordHeaderBytes + place.size);
    if (!bytes) return std::unexpected(journal_error(bytes.error()));
    auto header = decode_record(*bytes, 0, segment.header.base + place.offset, seed_of(segment.header));
    if (!header) return damaged("the record is invalid");
    if (header->partition != partition || header->position != position)
      return damaged("another record stands there");
    return Record{partition, position, header->epoch, header->batch_id, bytes->substr(kRecordHeaderBytes)};
  }

  Disk& disk_;
  const LocalLogOptions options_;

  mutable std::mutex mutex_;  // queue_, partitions_, segments_, failure_
  std::vector<Entry> queue_;
  std::vector<Partition> partitions_;
  std::vector<std::shared_ptr<Segment>> segments_;
  std::optional<JournalError> failure_;

  std::mutex io_mutex_;  // one writer; what follows is the writer's
  uint32_t chain_ = 0;
  uint64_t end_ = 0;  // offset in the current segment where the next batch begins
  std::shared_ptr<File> next_;
  uint64_t next_bytes_ = 0;  // of the next segment that are zeroed
};

class LocalCursor final : public Cursor {
 public:
  LocalCursor(LocalLog& log, PartitionId partition, Position from)
      : log_(log), partition_(partition), position_(std::max<Position>(from, 1)) {}

  std::expected<bool, JournalError> next(Record& record) override {
    RecordPlace place;
    {
      std::scoped_lock lock(log_.mutex_);
      const PartitionLog& log = log_.partitions_[partition_].log;
      if (position_ > log.last()) return false;
      if (position_ < log.first) {
        return std::unexpected(
            JournalError{JournalError::Kind::Corrupt,
                         fmt::format("The journal of partition {} begins with record {} ({}), but record {} "
                                     "is needed: segments are missing, or the store is "
                                     "older than the journal. Restore the whole data folder from one backup.",
                                     partition_, log.first, log.records.front().segment->name, position_)});
      }
      place = log.records[position_ - log.first];
    }
    auto read = log_.read(partition_, position_, place);
    if (!read) return std::unexpected(read.error());
    record = std::move(*read);
    ++position_;
    return true;
  }

 private:
  LocalLog& log_;
  PartitionId partition_;
  Position position_;
};

std::unique_ptr<Cursor> LocalLog::tail(PartitionId partition, Position from) {
  CHECK(partition < partitions_.size());
  return std::make_unique<LocalCursor>(*this, partition, from);
}

}  // namespace

std::expected<std::unique_ptr<Journal>, JournalError> open_local_log(Disk& disk,
                                                                     const LocalLogOptions& options,
                                                                     RecoveryReport* report) {
  CHECK(options.partitions > 0);
  RecoveryReport ignored;
  auto recovered = recover_log(disk, options, report != nullptr ? *report : ignored);
  if (!recovered) return std::unexpected(recovered.error());
  auto log = std::make_unique<LocalLog>(disk, options, std::move(*recovered));
  if (auto begun = log->begin(); !begun) return std::unexpected(begun.error());
  return log;
}

}  // namespace endcap
