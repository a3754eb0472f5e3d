// The data folder has one owner and one format; every refusal is one paragraph that says what to do.
#include "runtime/journal/data_folder.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

using namespace endcap;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "endcap-data-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const char* name, std::string_view text) const { std::ofstream(path / name) << text; }
};

std::string refusal(const std::filesystem::path& path, JournalError::Kind kind) {
  auto opened = DataFolder::open(path);
  REQUIRE_FALSE(opened.has_value());
  CHECK(static_cast<int>(opened.error().kind) == static_cast<int>(kind));
  CHECK(opened.error().message.find('\n') == std::string::npos);
  CHECK(opened.error().message.find(path.string()) != std::string::npos);
  return opened.error().message;
}

}  // namespace

TEST_CASE("A new folder is made, and opens again once it was let go") {
  Folder folder;
  const auto path = folder.path / "deep" / "data";
  {
    auto opened = DataFolder::open(path);
    REQUIRE(opened.has_value());
    CHECK(opened->journal().parent_path() == path);
    const std::string message = refusal(path, JournalError::Kind::InUse);
    CHECK(message.find(std::to_string(::getpid())) != std::string::npos);
    CHECK(message.find("--data") != std::string::npos);
  }
  CHECK(DataFolder::open(path).has_value());
}

TEST_CASE("What an interrupted first start leaves is taken over") {
  Folder folder;
  folder.write("lock", "123\n");
  folder.write("endcap-data.new", "");
  CHECK(DataFolder::open(folder.path).has_value());
}

TEST_CASE("A folder of another version is refused and left as it is") {
  Folder folder;
  folder.write("endcap-data", "endcap data format 99\n");
  CHECK(refusal(folder.path, JournalError::Kind::WrongFormat).find("a newer release") != std::string::npos);
  folder.write("endcap-data", "endcap data format 0\n");
  CHECK(refusal(folder.path, JournalError::Kind::WrongFormat).find("an older release") != std::string::npos);
}

TEST_CASE("A folder of the format before is of this one once it is taken over") {
  Folder folder;
  const auto note = [&] {
    std::ostringstream text;
    text << std::ifstream(folder.path / "endcap-data").rdbuf();
    return text.str();
  };
  folder.write("endcap-data", data_format_note(kDataFormat - 1));
  {
    auto opened = DataFolder::open(folder.path);
    REQUIRE(opened.has_value());
    CHECK(opened->format() == kDataFormat - 1);
    CHECK(note() == data_format_note(kDataFormat - 1));
    CHECK(opened->take_over().has_value());
    CHECK(opened->format() == kDataFormat);
    CHECK(note() == data_format_note(kDataFormat));
  }
  CHECK(DataFolder::open(folder.path).value().format() == kDataFormat);
}

TEST_CASE("Somebody else's files are not touched") {
  Folder folder;
  folder.write("letter.txt", "dear");
  CHECK(refusal(folder.path, JournalError::Kind::WrongFormat).find("not Endcap's") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path / "lock"));
  folder.write("endcap-data", "hello");
  refusal(folder.path, JournalError::Kind::WrongFormat);
}

TEST_CASE("A path that can't be a folder is an error that names it") {
  Folder folder;
  folder.write("file", "x");
  refusal(folder.path / "file", JournalError::Kind::Io);
}
