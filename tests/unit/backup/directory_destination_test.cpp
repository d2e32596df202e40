#include "backup/directory_destination.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "backup/destination.h"
#include "base/error.h"
#include "base/file.h"
#include "support/temp_dir.h"

namespace replay::backup {
namespace {

class DirectoryDestination : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_.file(name), std::ios::binary) << text;
  }
  std::vector<std::string> names(const std::string& prefix) {
    std::vector<std::string> all;
    for (const StoredObject& object : destination_->list(prefix)) all.push_back(object.name);
    return all;
  }

  testing::TempDir directory_;
  std::filesystem::path root_ = directory_.file("deep/store");
  std::unique_ptr<Destination> destination_ = directory_destination(root_);
};

using Names = std::vector<std::string>;

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

TEST_F(DirectoryDestination, GivesBackWhatWasPut) {
  destination_->put("chain/mark", "small");
  EXPECT_EQ(destination_->get("chain/mark"), "small");
}

TEST_F(DirectoryDestination, GivesBackWhatWasPutFromAFile) {
  const std::string large(3'000'000, 'x');
  write("source", large);
  destination_->put_file("chain/object", directory_.file("source"));
  destination_->get_file("chain/object", directory_.file("copy"));
  EXPECT_EQ(read_file(directory_.file("copy")), large);
}

TEST_F(DirectoryDestination, ReplacesAnObjectOfThatName) {
  destination_->put("chain/mark", "a longer first");
  destination_->put("chain/mark", "second");
  EXPECT_EQ(destination_->get("chain/mark"), "second");
}

TEST_F(DirectoryDestination, IsEmptyBeforeItsDirectoryExists) {
  EXPECT_EQ(names(""), Names{});
  EXPECT_EQ(destination_->folders(), Names{});
}

TEST_F(DirectoryDestination, ListsByNameWithSizes) {
  destination_->put("b/2", "22");
  destination_->put("b/1", "1");
  destination_->put("a/3", "333");
  EXPECT_EQ(names(""), (Names{"a/3", "b/1", "b/2"}));
  EXPECT_EQ(names("b/"), (Names{"b/1", "b/2"}));
  EXPECT_EQ(destination_->list("a/").front().size_bytes, 3U);
  EXPECT_EQ(destination_->folders(), (Names{"a", "b"}));
}

TEST_F(DirectoryDestination, AFolderGoesWithItsLastObjectAndWhatACrashLeftInIt) {
  destination_->put("chain/1", "1");
  std::ofstream(root_ / "chain/.2.partial") << "half";
  EXPECT_EQ(names("chain/"), Names{"chain/1"});
  destination_->remove("chain/1");
  EXPECT_FALSE(std::filesystem::exists(root_ / "chain"));
}

TEST_F(DirectoryDestination, RemovingWhatIsNotThereIsNoError) {
  EXPECT_NO_THROW(destination_->remove("chain/1"));
}

TEST_F(DirectoryDestination, SaysWhatIsNotThere) {
  EXPECT_EQ(kind_of([&] { (void)destination_->get("chain/1"); }), ErrorKind::not_found);
  EXPECT_EQ(kind_of([&] { destination_->get_file("chain/1", directory_.file("copy")); }),
            ErrorKind::not_found);
}

TEST_F(DirectoryDestination, RefusesNamesThatPointElsewhere) {
  for (const char* name : {"", "../x", "a/../../x", "/etc/x", "a//b", "a/", ".hidden", "a b"}) {
    EXPECT_EQ(kind_of([&] { destination_->put(name, ""); }), ErrorKind::out_of_range) << name;
  }
}

TEST_F(DirectoryDestination, KeepsObjectsFromOtherUsers) {
  destination_->put("chain/1", "1");
  struct stat status{};
  ASSERT_EQ(::stat((root_ / "chain/1").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 077U, 0U);
  ASSERT_EQ(::stat(root_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 077U, 0U);
}

TEST_F(DirectoryDestination, AFailedPutLeavesTheOldObject) {
  destination_->put("chain/1", "old");
  // A directory of the partial's name: the new object cannot be written.
  std::filesystem::create_directory(root_ / "chain/.1.partial");
  EXPECT_EQ(kind_of([&] { destination_->put("chain/1", "new"); }), ErrorKind::unavailable);
  EXPECT_EQ(destination_->get("chain/1"), "old");
}

}  // namespace
}  // namespace replay::backup
