#pragma once

#include <filesystem>
#include <memory>

namespace replay::backup {

class Destination;

/// A directory, made with its first object; an object is a file in it, readable by its owner alone.
/// An object appears by a rename after fsync. What a crash leaves half-written is hidden (its name
/// begins with a dot) and goes with its folder or with the next object of that name.
[[nodiscard]] std::unique_ptr<Destination> directory_destination(std::filesystem::path directory);

}  // namespace replay::backup
