"""Every SELECT of benefits and rehabilitation."""
