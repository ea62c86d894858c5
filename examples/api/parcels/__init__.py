"""What a parcel costs and when it arrives: `parcels.app:app` is the service."""
