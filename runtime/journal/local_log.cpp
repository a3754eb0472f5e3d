// The local log: one queue, one writer, one sync for all partitions that are ready. See local_log.h and
// log_format.h.
#include "runtime/journal/local_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <iterator>
#include <mutex>
#include <random>
#include <utility>

#include "runtime/journal/ballast.h"
#include "runtime/journal/log_image.h"
#include "runtime/journal/recovery.h"
#include "runtime/value/check.h"
#include "runtime/value/mutation.h"

namespace endcap {
namespace {

using namespace log_format;

constexpr uint64_t kSteps = 64;       // in which a segment is zeroed
constexpr uint64_t kStepsBehind = 4;  // so many are made up for while others wait
constexpr size_t kSegmentsBehind = 4;
constexpr uint64_t kCopyBytes = 64u << 10;  // of a segment, at most, that only copies may take

class LocalLog final : public Journal {
 public:
  LocalLog(Disk& disk, const LocalLogOptions& options, RecoveredLog recovered)
      : disk_(disk),
        options_(options),
        segments_(std::move(recovered.segments)),
        chain_(recovered.chain),
        end_(recovered.end),
        ballast_(disk, options.ballast_bytes) {
    for (PartitionLog& log : recovered.partitions) {
      Partition partition;
      partition.assigned = log.last();
      partition.log = std::move(log);
      partitions_.push_back(std::move(partition));
    }
  }

  std::expected<void, JournalError> begin() {
    std::scoped_lock io(io_mutex_);
    ballast_.find();
    if (segments_.empty()) {
      if (auto made = make_next(0); !made) return std::unexpected(journal_error(made.error()));
      if (auto begun = begin_next(); !begun) return begun;
    }
    look_at_room(false);
    if (disk_.free_bytes() < options_.free_bytes_min) ballast_.give_up();  // the store wants to open, too
    return {};
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
    if (ack == Ack::Ok) return opened;
    if (auto why = failure()) return std::unexpected(std::move(*why));
    return std::unexpected(withdraw_marker(partition));
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
    if (gives_way_.exchange(false)) ballast_.give_up();
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
        keep_ballast();
        look_at_room(false);
      }
      return false;
    }
    size_t through = batch.size();
    if (!failure_) {
      prepare_next(kStepsBehind);
      if (segments_.size() > kSegmentsBehind || room_.level != Room::Level::Enough) remove_trimmed();
      auto written = write_batch(batch);
      if (written) {
        through = *written;
        look_at_room(through < batch.size());
      } else {
        std::scoped_lock lock(mutex_);
        failure_ = written.error();
      }
    }
    for (size_t i = 0; i < through; ++i) {
      const Entry& entry = batch[i];
      if (entry.completion) entry.completion(entry.refused.value_or(failure_ ? Ack::Unknown : Ack::Ok));
    }
    batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(through));
    wait_for_room(std::move(batch));
    return through > 0;
  }

  size_t waiting_bytes() const override {
    std::scoped_lock lock(mutex_);
    size_t bytes = 0;
    for (const Entry& entry : queue_) bytes += record_bytes(static_cast<uint32_t>(entry.bytes.size()));
    return bytes;
  }

  Room room() const override {
    std::scoped_lock lock(mutex_);
    return room_;
  }
  void give_way() override { gives_way_ = true; }

  std::unique_ptr<Cursor> tail(PartitionId partition, Position from) override;

  void trim(PartitionId partition, Position up_to) override {
    std::scoped_lock lock(mutex_);
    Partition& state = partitions_.at(partition);
    state.trimmed = std::max(state.trimmed, std::min(up_to, state.log.last()));
  }

  std::expected<LogImage, JournalError> image(const std::function<void()>& meanwhile) override {
    {
      std::scoped_lock lock(mutex_);
      ++images_;
    }
    meanwhile();
    std::scoped_lock lock(mutex_);
    --images_;
    if (failure_) return std::unexpected(*failure_);
    LogImage image;
    for (const auto& segment : segments_)
      image.segments.push_back({segment->header, segment->name, segment->file, segment->header.size});
    image.segments.back().bytes = acknowledged_bytes();
    return image;
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

  // Of the current segment; what stands behind is being written.
  uint64_t acknowledged_bytes() const {
    uint64_t end = kSector;
    for (const Partition& partition : partitions_) {
      if (partition.log.records.empty() || partition.log.records.back().segment != segments_.back()) continue;
      const RecordPlace& last = partition.log.records.back();
      end = std::max(end, last.offset + record_bytes(last.size));
    }
    return align(end, kSector);
  }

  // How many of them, from the first on, are through: fewer than all when the disk has no room for the rest.
  std::expected<size_t, JournalError> write_batch(const std::vector<Entry>& batch) {
    std::string buffer;
    std::vector<Written> written;
    uint64_t from = end_;
    for (size_t i = 0; i < batch.size(); ++i) {
      const Entry& entry = batch[i];
      if (entry.refused) continue;
      const uint64_t bytes = record_bytes(static_cast<uint32_t>(entry.bytes.size()));
      const uint64_t kept_back = (entry.flags & kCopy) != 0 ? 0 : copy_bytes();
      if (from + buffer.size() + bytes + kept_back > current().header.size) {
        if (auto stored = store(from, buffer, written); !stored) return std::unexpected(stored.error());
        if (auto made = make_next(bytes); !made) {
          if (is_full(made.error())) return i;
          return std::unexpected(journal_error(made.error()));
        }
        if (auto begun = begin_next(); !begun) return std::unexpected(begun.error());
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
    if (auto stored = store(from, buffer, written); !stored) return std::unexpected(stored.error());
    return batch.size();
  }

  // Writes and syncs one batch's part in the current segment; only then are its records readable.
  std::expected<void, JournalError> store(uint64_t from, std::string& buffer, std::vector<Written>& written) {
    if (buffer.empty()) return {};
    buffer.resize(align(buffer.size(), kSector), kPadding);
    auto done = current().file->write(from, buffer);
    if (done) done = current().file->sync();
    if (!done && broken(Rule::FailedSyncIsFinal)) done = current().file->sync();
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

  // On a full disk an old segment can still be let go of, which makes room: the copies for it have a place.
  uint64_t copy_bytes() const { return std::min(kCopyBytes, options_.segment_bytes / 16); }

  std::string next_name() const {
    return segment_name(segments_.empty() ? 1 : segments_.back()->header.sequence + 1);
  }

  // All of the next segment, with room for a record of `bytes`; the ballast is for this. Nothing of it can be
  // taken for a record, so a disk without room for it is no unknown outcome.
  std::expected<void, DiskError> make_next(uint64_t bytes) {
    const uint64_t size = align(std::max(options_.segment_bytes, kSector + bytes + copy_bytes()), kSector);
    auto made = zero_next(size);
    if (!made && is_full(made.error()) && ballast_.bytes() > 0) {
      ballast_.give_up();
      made = zero_next(size);
    }
    no_room_ = !made && is_full(made.error());
    return made;
  }

  std::expected<void, DiskError> zero_next(uint64_t bytes) {
    if (next_bytes_ >= bytes) return {};
    if (!next_) {
      auto file = disk_.open(next_name(), true);
      if (!file) return std::unexpected(file.error());
      next_ = std::move(*file);
    }
    if (auto allocated = next_->allocate(bytes); !allocated) return allocated;
    if (auto stored = next_->sync(); !stored) {  // which of its bytes are there nobody knows: begun anew
      next_.reset();
      next_bytes_ = 0;
      (void)disk_.remove(next_name());
      return stored;
    }
    next_bytes_ = bytes;
    return {};
  }

  // Makes the next segment the current one. The one before is complete and synced.
  std::expected<void, JournalError> begin_next() {
    auto segment = std::make_shared<Segment>();
    SegmentHeader& header = segment->header;
    header.partitions = options_.partitions;
    header.previous = chain_;
    header.size = next_bytes_;
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
    segment->file = std::exchange(next_, nullptr);
    next_bytes_ = 0;
    auto done = segment->file->write(0, encode_segment_header(header));
    if (done) done = segment->file->sync();
    if (done) done = disk_.sync_folder();
    if (!done) return std::unexpected(journal_error(done.error()));
    end_ = kSector;
    leaves_stale_ = false;
    std::scoped_lock lock(mutex_);
    segments_.push_back(std::move(segment));
    return {};
  }

  // Zeroes the next segment in small steps while the second half of this one fills, so that no commit waits
  // for a whole one: at most one step a call, and none while fewer than `behind` are missing. A failure is
  // not one yet: the step is tried again, and `make_next` reports it when there is no way on.
  void prepare_next(uint64_t behind) {
    const uint64_t half = current().header.size / 2;
    if (end_ < half || next_bytes_ >= options_.segment_bytes) return;
    const uint64_t wanted = std::min(options_.segment_bytes, 2 * (end_ - half));
    if (next_bytes_ + behind * options_.segment_bytes / kSteps > wanted) return;
    const uint64_t bytes =
        std::min(options_.segment_bytes, next_bytes_ + align(options_.segment_bytes / kSteps, kSector));
    const auto made = zero_next(bytes);
    if (made && ballast_.is_whole()) no_room_ = false;
    if (!made && is_full(made.error())) no_room_ = true;
  }

  // ------------------------------------------------------------- room on the disk

  // Free, for the log not to be short of anything.
  uint64_t wanted_bytes() const {
    const uint64_t next = options_.segment_bytes - std::min(next_bytes_, options_.segment_bytes);
    return next + ballast_.missing() + options_.free_bytes_min;
  }

  void keep_ballast() {
    if (ballast_.is_whole() || disk_.free_bytes() < wanted_bytes()) return;
    no_room_ = !ballast_.make_some();
  }

  // Once it is low, a little more than what made it so has to be free: it does not go back and forth.
  void look_at_room(bool waits) {
    Room seen;
    seen.folder = disk_.folder();
    seen.free_bytes = disk_.free_bytes();
    seen.reserve_bytes = current().header.size - end_ + next_bytes_ + ballast_.bytes();
    const bool was_low = room_.level != Room::Level::Enough;
    const uint64_t wanted = wanted_bytes() + (was_low ? options_.free_bytes_min / 2 : 0);
    if (no_room_ || seen.free_bytes < wanted) seen.level = Room::Level::Low;
    if (waits) seen.level = Room::Level::None;
    std::scoped_lock lock(mutex_);
    room_ = std::move(seen);
  }

  // In their order, before what was appended since. Copies are made again when they can be written.
  void wait_for_room(std::vector<Entry> waiting) {
    std::erase_if(waiting, [](const Entry& entry) { return (entry.flags & kCopy) != 0; });
    std::scoped_lock lock(mutex_);
    queue_.insert(queue_.begin(), std::move_iterator(waiting.begin()), std::move_iterator(waiting.end()));
  }

  // The disk has no room for the marker of a new owner: it does not become one.
  JournalError withdraw_marker(PartitionId partition) {
    std::scoped_lock lock(mutex_);
    std::erase_if(queue_, [&](const Entry& entry) {
      return entry.partition == partition && (entry.flags & kEpochMarker) != 0;
    });
    --partitions_[partition].log.epoch;
    --partitions_[partition].assigned;
    return journal_error({ENOSPC, fmt::format("{} has {} bytes free", room_.folder, room_.free_bytes)});
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
      if (!record) {  // no restart would accept this log: it is told now, while less has been built on it
        failure_ = record.error();
        return {};
      }
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
    while (!leaves_stale_) {
      std::string name;
      {
        std::scoped_lock lock(mutex_);
        if (segments_.size() < 2 || images_ > 0 || !is_trimmed(*segments_.front())) return;
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
      const bool removed = disk_.remove(name).has_value();
      if (broken(Rule::SegmentsGoOneByOne)) continue;
      if (!removed || !disk_.sync_folder()) {
        leaves_stale_ = true;
        return;
      }
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

  mutable std::mutex mutex_;  // queue_, partitions_, segments_, failure_, room_, images_
  std::vector<Entry> queue_;
  std::vector<Partition> partitions_;
  std::vector<std::shared_ptr<Segment>> segments_;
  std::optional<JournalError> failure_;
  Room room_;
  size_t images_ = 0;  // that are being made
  std::atomic<bool> gives_way_{false};

  std::mutex io_mutex_;  // one writer; what follows is the writer's
  uint32_t chain_ = 0;
  uint64_t end_ = 0;  // offset in the current segment where the next batch begins
  std::shared_ptr<File> next_;
  uint64_t next_bytes_ = 0;  // of the next segment that are zeroed
  // A file that can't be removed is stale for the next start, once a header says so: until one does, nothing
  // younger goes, for it would be missing between two others.
  bool leaves_stale_ = false;
  Ballast ballast_;
  bool no_room_ = false;  // for what was to be made last
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
