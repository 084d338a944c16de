"""Source trees and builds: which sets a tree has, applying them, building it; installed programs."""
